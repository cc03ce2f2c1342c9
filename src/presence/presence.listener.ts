import { Injectable, type OnModuleInit } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import type { PayloadOf } from '../realtime/socket-events.js';
import { NOBODY_HEARS, type PresenceAudience, PresenceCircle, type Sight } from './presence-circle.js';
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
    this.events.onAnywhere('user.online', ({ userId }, isHere) =>
      this.inOrder(userId, () => this.tellOnline(userId, isHere)),
    );
    this.events.onAnywhere('user.offline', ({ userId, lastSeenAt }, isHere) =>
      this.inOrder(userId, () => this.tellOffline(userId, lastSeenAt, isHere)),
    );
    this.events.onAnywhere('user.deleted', ({ userId }, isHere) =>
      this.inOrder(userId, () => this.tellGone(userId, isHere)),
    );
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

  private async tellOnline(userId: string, isHere: boolean): Promise<void> {
    const audience = await this.audience(userId, isHere);
    this.tell(audience, isHere, 'user_online', { userId });
  }

  /** When that was only goes to those whom `lastSeen` admits. */
  private async tellOffline(userId: string, lastSeenAt: Date, isHere: boolean): Promise<void> {
    const audience = await this.audience(userId, isHere);
    for (const withTime of [true, false]) {
      const fits = ({ lastSeen }: Sight) => lastSeen === withTime;
      const payload = { userId, ...(withTime && { lastSeenAt: lastSeenAt.toISOString() }) };
      this.tell(audience, isHere, 'user_offline', payload, fits);
    }
  }

  /** A deleted account admits nobody any more: who talked to them is told all the same, without a time. */
  private async tellGone(userId: string, isHere: boolean): Promise<void> {
    const online = await this.presence.onlineAmong([userId]);
    if (!online.has(userId)) return;
    const inner = await this.circle.innerCircle(userId);
    const others = this.publisher.watchersHere(userId).filter((id) => !inner.has(id));
    if (isHere) this.publisher.toUsers([...inner], 'user_offline', { userId });
    this.publisher.toUsersHere(others, 'user_offline', { userId });
  }

  private async audience(userId: string, isHere: boolean): Promise<PresenceAudience> {
    const watchers = this.publisher.watchersHere(userId);
    // Most nodes have nobody who asked, and the inner circle is for the node of the event to tell.
    if (!isHere && watchers.length === 0) return NOBODY_HEARS;
    return this.circle.audienceOf(userId, watchers);
  }

  /** The inner circle is told once, on whatever nodes they are; who asked is told by the node that was asked. */
  private tell<E extends 'user_online' | 'user_offline'>(
    { inner, watching }: PresenceAudience,
    isHere: boolean,
    event: E,
    payload: PayloadOf<E>,
    fits: (sight: Sight) => boolean = () => true,
  ): void {
    const idsOf = (sights: ReadonlyMap<string, Sight>) =>
      [...sights].filter(([, sight]) => sight.online && fits(sight)).map(([id]) => id);
    if (isHere) this.publisher.toUsers(idsOf(inner), event, payload);
    this.publisher.toUsersHere(idsOf(watching), event, payload);
  }

  private inOrder(userId: string, tell: () => Promise<void>): Promise<void> {
    const before = this.telling.get(userId);
    const told = before ? before.then(tell, tell) : tell();
    this.telling.set(userId, told);
    const done = () => void (this.telling.get(userId) === told && this.telling.delete(userId));
    told.then(done, done);
    return told;
  }
}
