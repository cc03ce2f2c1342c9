import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';

import { ClusterNodes } from '../cluster/cluster-nodes.js';
import { NODES } from '../cluster/node-scripts.js';
import { RedisLink } from '../cluster/redis-link.js';
import { Clock } from '../common/clock.js';
import { EMPTY, HOLD, RELEASE } from './presence-scripts.js';

const HELD_BY = 'parley:held-by:';
const HOLDERS_OF = 'parley:holders-of:';
/** Users whose leases change in one step. */
const BATCH = 500;
/** Between batches of a dead node's users, each of whom costs queries: who may hear of it. */
const PAUSE_MS = 250;

/** Where everybody stands who counts as online on this node. */
export interface OwnUsers {
  isHere(userId: string): boolean;
  ids(): string[];
}

/** What to tell of many at once. */
export interface NewsOfMany {
  /** They were on a node that is gone, and on no other. */
  left(userIds: readonly string[], lastSeenAt: Date): void;
  /** They are on this node, which was given up though it lives, and on no other. */
  returned(userIds: readonly string[]): void;
}

/**
 * Who is online on any node. Each user of a node is a lease in Redis that stands and falls with the node's own, so a
 * node that dies takes them along. One step in Redis per coming or going, in the order of asking. Without Redis, or
 * while it is away, there is this node alone.
 */
@Injectable()
export class PresenceLeases implements OnModuleInit {
  private own: OwnUsers = { isHere: () => false, ids: () => [] };
  private news: NewsOfMany | null = null;

  constructor(
    @Inject(RedisLink) private readonly redis: RedisLink | null,
    private readonly nodes: ClusterNodes,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    if (!this.redis) return;
    const { redis } = this;
    this.nodes.onLost((nodeId, lastSeenAt) => this.takeFrom(redis, nodeId, lastSeenAt));
    this.nodes.onReturn((hasBeenGivenUp) => this.renew(redis, hasBeenGivenUp));
  }

  /** Once, before the server listens. */
  serve(own: OwnUsers, news: NewsOfMany): void {
    this.own = own;
    this.news = news;
  }

  /** Somebody is online here from now on; `first` where they are on no other node. */
  hold(userId: string, first: () => void): void {
    this.step(HOLD, userId, first);
  }

  /** Somebody is no more; `last` where they are on no other node either. */
  release(userId: string, last: () => void): void {
    this.step(RELEASE, userId, last);
  }

  /** Who of these is online on another node. */
  async amongOthers(userIds: readonly string[]): Promise<Set<string>> {
    if (!this.redis?.isUp || userIds.length === 0) return new Set();
    const pipeline = this.redis.client.pipeline();
    for (const userId of userIds) pipeline.exists(HOLDERS_OF + userId);
    const answers = (await pipeline.exec().catch(() => null)) ?? [];
    return new Set(userIds.filter((_, place) => answers[place]?.[1] === 1));
  }

  private step(script: string, userId: string, then: () => void): void {
    if (!this.redis) return then();
    const { nodeId } = this.nodes;
    this.redis.client.eval(script, 3, ...this.keys(nodeId), HOLDERS_OF, nodeId, userId).then(
      (answer) => ((answer as string[]).length > 0 ? then() : undefined),
      () => then(), // Redis is away: as far as this node knows it is alone
    );
  }

  /** What Redis says of this node's users is made right, in one go, whatever has come and gone meanwhile. */
  private async renew({ client }: RedisLink, hasBeenGivenUp: boolean): Promise<void> {
    const { nodeId } = this.nodes;
    const known = await client.smembers(HELD_BY + nodeId);
    const own = this.own.ids();
    const gone = known.filter((userId) => !this.own.isHere(userId));
    const steps = [
      ...inBatches(gone).map((ids) => [RELEASE, ids] as const),
      ...inBatches(own).map((ids) => [HOLD, ids] as const),
    ];
    const answers = await Promise.all(
      steps.map(async ([script, ids]) => {
        const changed = await client.eval(script, 3, ...this.keys(nodeId), HOLDERS_OF, nodeId, ...ids);
        return script === HOLD ? (changed as string[]) : [];
      }),
    );
    // Where nobody had given the node up, nobody had been told that they were gone.
    if (hasBeenGivenUp) this.news?.returned(answers.flat());
  }

  private async takeFrom({ client }: RedisLink, nodeId: string, lastSeenAt: Date): Promise<void> {
    for (;;) {
      const args = [...this.keys(nodeId), HOLDERS_OF, nodeId, BATCH];
      const [taken, offline] = (await client.eval(EMPTY, 3, ...args)) as [number, string[]];
      if (offline.length > 0) this.news?.left(offline, lastSeenAt);
      if (taken < BATCH) return;
      await new Promise<void>((resolve) => void this.clock.setTimer(PAUSE_MS, resolve));
    }
  }

  private keys(nodeId: string): [string, string] {
    return [NODES, HELD_BY + nodeId];
  }
}

function inBatches(ids: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let from = 0; from < ids.length; from += BATCH) batches.push(ids.slice(from, from + BATCH));
  return batches;
}
