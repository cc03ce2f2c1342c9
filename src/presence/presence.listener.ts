import { Injectable, type OnModuleInit } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { PresenceCircle, type Sight } from './presence-circle.js';
import { PresenceService } from './presence.service.js';

/** Coming and going -> contacts, direct-chat partners, and whoever asked by `presence`, each as they may know it. */
@Injectable()
export class PresenceListener implements OnModuleInit {
  /** Of one user the changes are told one after the other, however long each takes to look up. */
  private readonly telling = new Map<string, Promise<void>>();

  constructor(
    private readonly events: DomainEvents,
    private readonly circle: PresenceCircle,
    private readonly relations: RelationsService,
    private readonly publisher: RealtimePublisher,
    private readonly presence: PresenceService,
  ) {}

  onModuleInit(): void {
    this.events.on('user.online', ({ userId }) => this.inOrder(userId, () => this.tellOnline(userId)));
    this.events.on('user.offline', ({ userId, lastSeenAt }) =>
      this.inOrder(userId, () => this.tellOffline(userId, lastSeenAt)),
    );
    this.events.on('user.deleted', ({ userId }) => {
      if (!this.presence.isOnline(userId)) return undefined;
      return this.inOrder(userId, () => this.tellGone(userId));
    });
    // Who may hear is asked anew at each change; these two also end what was asked for before them.
    this.events.on('user.blocked', ({ userId, blockedId }) => {
      this.publisher.unwatch(userId, [blockedId]);
    });
    this.events.on('member.removed', ({ userId, recipientIds }) => this.endFor(userId, recipientIds));
  }

  private async endFor(userId: string, othersOfChat: readonly string[]): Promise<void> {
    const others = othersOfChat.filter((id) => id !== userId);
    const mates = await this.relations.chatMates(userId, others);
    this.publisher.unwatch(
      userId,
      others.filter((id) => !mates.has(id)),
    );
  }

  private async tellOnline(userId: string): Promise<void> {
    const { audience, socketsOf } = await this.audience(userId);
    const told = audience.filter(([, { online }]) => online).map(([id]) => id);
    this.publisher.toUsersAndSockets(told, socketsOf(told), 'user_online', { userId });
  }

  /** When that was only goes to those whom `lastSeen` admits. */
  private async tellOffline(userId: string, lastSeenAt: Date): Promise<void> {
    const { audience, socketsOf } = await this.audience(userId);
    const told = audience.filter(([, { online }]) => online);
    for (const withTime of [true, false]) {
      const ids = told.filter(([, { lastSeen }]) => lastSeen === withTime).map(([id]) => id);
      const payload = { userId, ...(withTime && { lastSeenAt: lastSeenAt.toISOString() }) };
      this.publisher.toUsersAndSockets(ids, socketsOf(ids), 'user_offline', payload);
    }
  }

  /** A deleted account admits nobody any more: who talked to them is told all the same, without a time. */
  private async tellGone(userId: string): Promise<void> {
    const [told, watchers] = await Promise.all([
      this.circle.innerCircle(userId),
      this.publisher.watchersOf(userId),
    ]);
    const socketIds = watchers.map((one) => one.socketId);
    this.publisher.toUsersAndSockets([...told], socketIds, 'user_offline', { userId });
  }

  private async audience(userId: string) {
    const watchers = await this.publisher.watchersOf(userId);
    const told = await this.circle.audienceOf(userId, [...new Set(watchers.map((one) => one.userId))]);
    const audience: [string, Sight][] = [...told];
    const socketsOf = (ids: readonly string[]) => {
      const wanted = new Set(ids);
      return watchers.filter((one) => wanted.has(one.userId)).map((one) => one.socketId);
    };
    return { audience, socketsOf };
  }

  private inOrder(userId: string, tell: () => Promise<void>): Promise<void> {
    const told = (this.telling.get(userId) ?? Promise.resolve()).then(tell, tell).finally(() => {
      if (this.telling.get(userId) === told) this.telling.delete(userId);
    });
    this.telling.set(userId, told);
    return told;
  }
}
