import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { OnlineUsers } from '../realtime/online-users.js';

/**
 * Online from the first active socket on, offline a grace after the last one: tabs, reconnects and
 * flapping are no news to anybody. A socket whose app went to the background counts as none.
 */
@Injectable()
export class PresenceService implements OnApplicationShutdown {
  private readonly leaving = new Map<string, ClockTimer>();

  constructor(
    private readonly online: OnlineUsers,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** A socket that is connected and whose app is in the foreground. Saying so again changes nothing. */
  active(userId: string, socketId: string): void {
    if (!this.online.connect(userId, socketId)) return;
    const grace = this.leaving.get(userId);
    if (!grace) return this.events.publish('user.online', { userId });
    grace.cancel();
    this.leaving.delete(userId);
  }

  /** A socket that has gone, or whose app went to the background. */
  inactive(userId: string, socketId: string): void {
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

  /** Everybody who counts as online on this node. */
  onlineIds(): string[] {
    return [...new Set([...this.online.userIds(), ...this.leaving.keys()])];
  }

  onApplicationShutdown(): void {
    for (const timer of this.leaving.values()) timer.cancel();
  }
}
