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
    this.events.onAnywhere('session.revoked', ({ sessionIds }, isHere) => {
      for (const sessionId of sessionIds) this.justEnded.set(sessionId, true);
      // The other node has closed those of all nodes, but for one that came in between the two.
      if (isHere) this.publisher.endSessions(sessionIds);
      else this.publisher.endSessionsHere(sessionIds);
    });
  }

  /** For a socket that was found live in the database a moment ago and connects now. */
  hasJustEnded(sessionId: string): boolean {
    return this.justEnded.has(sessionId);
  }
}
