import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { Clock, type ClockTimer } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { OnlineUsers } from '../realtime/online-users.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { presenceRoom } from '../realtime/rooms.js';

/** What one may know of another's presence; empty for whom one shares no chat with. */
export interface Presence {
  online?: boolean;
  lastSeenAt?: string;
}

/**
 * Online from the first socket on, offline a grace after the last one: tabs, reconnects and flapping
 * are no news to anybody.
 */
@Injectable()
export class PresenceService implements OnApplicationShutdown {
  private readonly leaving = new Map<string, ClockTimer>();

  constructor(
    private readonly online: OnlineUsers,
    private readonly relations: RelationsService,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  connected(userId: string, socketId: string): void {
    if (!this.online.connect(userId, socketId)) return;
    const grace = this.leaving.get(userId);
    if (!grace) return this.events.publish('user.online', { userId });
    grace.cancel();
    this.leaving.delete(userId);
  }

  disconnected(userId: string, socketId: string): void {
    if (!this.online.disconnect(userId, socketId)) return;
    const lastSeenAt = this.clock.now();
    const timer = this.clock.setTimer(this.config.presenceGraceMs, () => {
      this.leaving.delete(userId);
      this.events.publish('user.offline', { userId, lastSeenAt });
    });
    this.leaving.set(userId, timer);
  }

  /** Within the grace somebody counts as online still. */
  isOnline(userId: string): boolean {
    return this.online.isOnline(userId) || this.leaving.has(userId);
  }

  /** Direct-chat partners who are online: what a client shows first. */
  async onlinePartners(userId: string): Promise<string[]> {
    const partners = await this.relations.directPartners(userId);
    return partners.filter((partnerId) => this.isOnline(partnerId));
  }

  /** Answers for those one shares a chat with, and lets the socket hear of their changes. */
  async watch(socket: ParleySocket, userIds: string[]): Promise<Record<string, Presence>> {
    const { userId } = socket.data.user;
    const visible = await this.relations.chatMates(userId, userIds);
    await socket.join([...visible].map(presenceRoom));
    return Object.fromEntries(
      userIds.map((id): [string, Presence] => [id, visible.has(id) ? { online: this.isOnline(id) } : {}]),
    );
  }

  onApplicationShutdown(): void {
    for (const timer of this.leaving.values()) timer.cancel();
  }
}
