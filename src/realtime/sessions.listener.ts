import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** A login that has ended -> its sockets are closed, those too that were just shaking hands. */
@Injectable()
export class SessionsListener implements OnModuleInit {
  private readonly justEnded = new LRUCache<string, true>({ max: 10_000, ttl: 60_000 });

  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.onAnywhere('session.revoked', ({ sessionIds }) => {
      for (const sessionId of sessionIds) this.justEnded.set(sessionId, true);
      // Each node its own: told by another as well, a socket would hear of it twice.
      this.publisher.endSessions(sessionIds);
    });
  }

  /** For a socket that was found live in the database a moment ago and connects now. */
  hasJustEnded(sessionId: string): boolean {
    return this.justEnded.has(sessionId);
  }
}
