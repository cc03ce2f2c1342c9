import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { ClusterLink } from '../cluster/cluster-link.js';
import type { AuthUser } from '../common/auth-user.js';
import { DomainEvents } from '../events/domain-events.js';
import { SharedQuery } from '../database/shared-query.js';
import { SessionsRepository, type SessionUse } from './sessions.repository.js';

/** Bounds how long it counts that somebody took a session out of the database by hand. */
const TTL_MS = 5000;

/** Where everybody comes back at once they wait so much longer, which is less than a query for each would take. */
const PAUSE = { ms: 10, crowd: 4, isOverWhenIdle: true, enough: 24 } as const;

interface Question {
  id: string;
  userId: string;
  now: Date;
}

interface Remembered {
  userId: string;
  /** A promise, so that a look-up under way is dropped as well when the session ends. */
  use: Promise<SessionUse | null>;
}

/**
 * The sessions that requests come with, remembered for a moment by a node that is alone: all of them end here, so it
 * knows of each end before anybody is told of it. Of several nodes each asks the database every time, as what ended
 * on one must be refused by the next at once, and an event between them takes its time.
 */
@Injectable()
export class LiveSessions implements OnModuleInit {
  private readonly remembered: LRUCache<string, Remembered> | null;
  private readonly lookedUp = new SharedQuery((questions: Question[]) => this.lookUp(questions), {
    pause: PAUSE,
  });

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly events: DomainEvents,
    @Inject(ClusterLink) link: ClusterLink | null,
  ) {
    this.remembered = link ? null : new LRUCache({ max: 50_000, ttl: TTL_MS });
  }

  onModuleInit(): void {
    this.events.on('session.revoked', ({ sessionIds }) => {
      for (const id of sessionIds) this.remembered?.delete(id);
    });
  }

  /** `null` when it is not live. */
  find(
    { userId, sessionId: id }: Pick<AuthUser, 'userId' | 'sessionId'>,
    now: Date,
  ): Promise<SessionUse | null> {
    const question = { userId, id, now };
    const known = this.remembered?.get(id);
    if (known?.userId !== userId) return this.ask(question);
    return known.use.then((use) => (use && use.expiresAt > now ? use : this.ask(question)));
  }

  private ask({ userId, id, now }: Question): Promise<SessionUse | null> {
    const use = this.lookedUp.ask({ userId, id, now });
    const entry = { userId, use };
    this.remembered?.set(id, entry);
    const drop = () => this.remembered?.get(id) === entry && this.remembered.delete(id);
    use.then((found) => found ?? drop(), drop);
    return use;
  }

  private async lookUp(questions: Question[]): Promise<(question: Question) => SessionUse | null> {
    const now = new Date(Math.max(...questions.map((question) => question.now.getTime())));
    const found = await this.sessions.findLive([...new Set(questions.map(({ id }) => id))], now);
    return ({ id, userId }) => {
      const use = found.get(id);
      return use?.userId === userId ? use : null;
    };
  }
}
