import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { ConnectionHistoriesRepository } from './connection-histories.repository.js';
import type { ConnectionSpan } from './connection-history.schema.js';

/** Connections that are kept of a user. */
export const MAX_SPANS = 50;
const KEEP_MS = 90 * 86_400_000;
/** What ends within so long goes into one command. */
const GATHER_MS = 1000;
/** Spans that wait while the database is away; beyond, they are lost. */
const MAX_WAITING = 100_000;
const BATCH = 500;
const FUTURE = new Date(8.64e15);

/** As small as it can be: there is one for each socket. */
interface OpenConnection {
  readonly socketId: string;
  readonly sessionId: string;
  readonly fromMs: number;
}

/** The connections of one user; the open ones end in the future. */
export interface KnownConnections {
  spans: ConnectionSpan[];
  /** From then on all are known; what was before is not kept. */
  since: Date;
}

/**
 * When devices were connected. A connection is stored once, when it ends, many in one command; while it is
 * open this node has it in memory, and it is lost if the server is killed.
 */
@Injectable()
export class Connections implements OnApplicationShutdown {
  private readonly logger = new Logger(Connections.name);
  private readonly open = new Map<string, OpenConnection[]>();
  private ended = new Map<string, ConnectionSpan[]>();
  private waiting = 0;
  private isScheduled = false;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly histories: ConnectionHistoriesRepository,
    private readonly clock: Clock,
  ) {}

  connected({ userId, sessionId, socketId }: { userId: string; sessionId: string; socketId: string }): void {
    const connection = { socketId, sessionId, fromMs: this.clock.nowMs() };
    const others = this.open.get(userId);
    if (others) others.push(connection);
    else this.open.set(userId, [connection]);
  }

  disconnected({ userId, socketId }: { userId: string; socketId: string }): void {
    const connections = this.open.get(userId) ?? [];
    const place = connections.findIndex((one) => one.socketId === socketId);
    const [ended] = place < 0 ? [] : connections.splice(place, 1);
    if (!ended) return;
    if (connections.length === 0) this.open.delete(userId);
    this.end(userId, spanOf(ended, this.clock.now()));
  }

  /** One query, whatever the number of people. */
  async of(userIds: readonly string[]): Promise<Map<string, KnownConnections>> {
    const unstored = await this.unstored(userIds);
    const stored = await this.histories.findByUsers(userIds);
    const keptSince = new Date(this.clock.nowMs() - KEEP_MS);
    return new Map(
      userIds.map((userId) => {
        const past = stored.get(userId) ?? [];
        const [oldest] = past;
        const since = oldest && past.length >= MAX_SPANS ? oldest.from : keptSince;
        return [userId, { spans: [...past, ...(unstored[userId] ?? [])], since }];
      }),
    );
  }

  /** What this node alone knows: the open ones, and those that could not be stored. The others are stored by then. */
  async unstored(userIds: readonly string[]): Promise<Record<string, ConnectionSpan[]>> {
    await this.flush();
    return Object.fromEntries(
      userIds.map((userId) => {
        const open = (this.open.get(userId) ?? []).map((connection) => spanOf(connection, FUTURE));
        return [userId, [...(this.ended.get(userId) ?? []), ...open]];
      }),
    );
  }

  /** What is kept of somebody: the connections that have ended. */
  async stored(userId: string): Promise<ConnectionSpan[]> {
    await this.flush();
    return (await this.histories.findByUsers([userId])).get(userId) ?? [];
  }

  /** Removes what is kept of somebody. Connections that end from now on are kept again. */
  async forget(userId: string): Promise<void> {
    await this.flush();
    await this.histories.remove(userId);
  }

  /** Takes out of the database who has not come for long. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    while ((await this.histories.sweep(now, BATCH)) === BATCH);
  }

  /** The sockets are closed by then; what is open all the same ends with the server. */
  async onApplicationShutdown(): Promise<void> {
    const open = [...this.open].flatMap(([userId, all]) => all.map(({ socketId }) => ({ userId, socketId })));
    for (const connection of open) this.disconnected(connection);
    await this.flush();
  }

  private end(userId: string, span: ConnectionSpan): void {
    if (this.waiting >= MAX_WAITING) return;
    this.waiting += 1;
    const spans = this.ended.get(userId);
    if (spans) spans.push(span);
    else this.ended.set(userId, [span]);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.clock.setTimer(GATHER_MS, () => {
      this.isScheduled = false;
      void this.flush();
    });
  }

  /** One after the other, so that spans keep their order. Never rejects. */
  private flush(): Promise<void> {
    return (this.flushing = this.flushing.then(() => this.write()));
  }

  private async write(): Promise<void> {
    const batch = this.ended;
    if (batch.size === 0) return;
    this.ended = new Map();
    try {
      const expiresAt = new Date(this.clock.nowMs() + KEEP_MS);
      await this.histories.append(batch, { max: MAX_SPANS, expiresAt });
      for (const spans of batch.values()) this.waiting -= spans.length;
    } catch (error) {
      this.logger.warn(`connections not stored, to be tried again: ${String(error)}`);
      for (const [userId, spans] of batch)
        this.ended.set(userId, [...spans, ...(this.ended.get(userId) ?? [])]);
      this.schedule();
    }
  }
}

function spanOf({ sessionId, fromMs }: OpenConnection, to: Date): ConnectionSpan {
  return { sessionId, from: new Date(fromMs), to };
}
