import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { OnlineUsers } from '../realtime/online-users.js';
import { PresenceLeases } from './presence-leases.js';

/**
 * Online from the first active socket on any node on, offline a grace after the last one: tabs, reconnects and
 * flapping are no news to anybody. A socket whose app went to the background counts as none.
 */
@Injectable()
export class PresenceService implements OnModuleInit, OnApplicationShutdown {
  private readonly leaving = new Map<string, ClockTimer>();

  constructor(
    private readonly online: OnlineUsers,
    private readonly leases: PresenceLeases,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const own = { isHere: (userId: string) => this.isHere(userId), ids: () => this.idsHere() };
    this.leases.serve(own, {
      left: (userIds, lastSeenAt) => {
        for (const userId of userIds) this.events.publish('user.offline', { userId, lastSeenAt });
      },
      returned: (userIds) => {
        for (const userId of userIds) this.events.publish('user.online', { userId });
      },
    });
  }

  /** A socket that is connected and whose app is in the foreground. Saying so again changes nothing. */
  active(userId: string, socketId: string): void {
    if (!this.online.connect(userId, socketId)) return;
    const grace = this.leaving.get(userId);
    if (!grace) return this.leases.hold(userId, () => this.events.publish('user.online', { userId }));
    grace.cancel();
    this.leaving.delete(userId);
  }

  /** A socket that has gone, or whose app went to the background. */
  inactive(userId: string, socketId: string): void {
    if (!this.online.disconnect(userId, socketId)) return;
    const lastSeenAt = this.clock.now();
    const timer = this.clock.setTimer(this.config.presenceGraceMs, () => {
      this.leaving.delete(userId);
      this.leases.release(userId, () => this.events.publish('user.offline', { userId, lastSeenAt }));
    });
    this.leaving.set(userId, timer);
  }

  /** Who of these is online, on whatever node. Within the grace somebody counts as online still. */
  async onlineAmong(userIds: readonly string[]): Promise<ReadonlySet<string>> {
    const elsewhere = await this.leases.amongOthers(userIds.filter((id) => !this.isHere(id)));
    return new Set(userIds.filter((id) => this.isHere(id) || elsewhere.has(id)));
  }

  /** Everybody who counts as online by this node. */
  idsHere(): string[] {
    return [...new Set([...this.online.userIds(), ...this.leaving.keys()])];
  }

  onApplicationShutdown(): void {
    for (const timer of this.leaving.values()) timer.cancel();
  }

  private isHere(userId: string): boolean {
    return this.online.isOnline(userId) || this.leaving.has(userId);
  }
}
