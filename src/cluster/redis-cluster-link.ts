import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';

import { ClusterLink, type LostNode, type NodeTalk, type Renewal, type TakenUsers } from './cluster-link.js';
import { BEAT, FORGET, LIVING, NODE_LEASE_MS, NODES, OVERDUE } from './node-scripts.js';
import { EMPTY, HOLD, RELEASE } from './presence-scripts.js';
import type { RedisLink } from './redis-link.js';

const CHANNEL = 'parley:events';
const HELD_BY = 'parley:held-by:';
const HOLDERS_OF = 'parley:holders-of:';
const BURIAL = 'parley:burial:';
const GIVEN_UP = 'parley:given-up:';

/** Nodes anywhere, by one Redis: leases by its clock, each step a script, talk by pub/sub. */
export class RedisClusterLink extends ClusterLink {
  private readonly logger = new Logger('Redis');

  constructor(private readonly redis: RedisLink) {
    super();
  }

  get isUp(): boolean {
    return this.redis.isUp;
  }

  cut(): void {
    this.redis.cut();
  }

  async renew(nodeId: string, leaseMs: number): Promise<Renewal> {
    const answer = await this.client.eval(BEAT, 2, NODES, GIVEN_UP + nodeId, nodeId, leaseMs);
    const [isNew, hasBeenGivenUp] = answer as [number, number];
    return { isNew: isNew === 1, hasBeenGivenUp: hasBeenGivenUp === 1 };
  }

  async leave(nodeId: string, afterMs: number): Promise<void> {
    await this.renew(nodeId, afterMs);
  }

  async living(): Promise<string[]> {
    return (await this.client.eval(LIVING, 1, NODES)) as string[];
  }

  async findLost(nodeId: string, claimMs: number): Promise<LostNode | null> {
    const answer = await this.client.eval(OVERDUE, 3, NODES, BURIAL, GIVEN_UP, nodeId, claimMs);
    if (!answer) return null;
    const [lost, endedAtMs] = answer as [string, string];
    return { nodeId: lost, lastHeardAtMs: Number(endedAtMs) - NODE_LEASE_MS };
  }

  async forget(nodeId: string): Promise<void> {
    await this.client.eval(FORGET, 1, NODES, nodeId);
  }

  /** Only a lease that runs out shows it. */
  onLoss(): void {}

  hold(nodeId: string, userIds: readonly string[]): Promise<string[]> {
    return this.move(HOLD, nodeId, userIds);
  }

  release(nodeId: string, userIds: readonly string[]): Promise<string[]> {
    return this.move(RELEASE, nodeId, userIds);
  }

  heldBy(nodeId: string): Promise<string[]> {
    return this.client.smembers(HELD_BY + nodeId);
  }

  async takeFrom(nodeId: string, max: number): Promise<TakenUsers> {
    const answer = await this.client.eval(EMPTY, 3, NODES, HELD_BY + nodeId, HOLDERS_OF, nodeId, max);
    const [count, offline] = answer as [number, string[]];
    return { count, offline };
  }

  async heldAmong(userIds: readonly string[]): Promise<Set<string>> {
    const pipeline = this.client.pipeline();
    for (const userId of userIds) pipeline.exists(HOLDERS_OF + userId);
    const answers = (await pipeline.exec()) ?? [];
    return new Set(userIds.filter((_, place) => answers[place]?.[1] === 1));
  }

  /** Lost while there is no Redis; `returned` of all makes up for it. */
  say(text: string): void {
    this.client.publish(CHANNEL, text).catch(() => undefined);
  }

  async listen(talk: NodeTalk): Promise<void> {
    this.redis.whenMissed(() => talk.missed());
    const listening = this.redis.another({ autoResubscribe: false });
    listening.on('message', (_: string, text: string) => talk.hear(text));
    await listening.subscribe(CHANNEL);
    listening.on('ready', () => void this.resume(listening, talk));
  }

  private async resume(listening: Redis, talk: NodeTalk): Promise<void> {
    try {
      await listening.subscribe(CHANNEL);
      talk.returned();
    } catch (error) {
      this.logger.warn(`not back among the nodes yet: ${String(error)}`); // the next `ready` tries again
    }
  }

  private async move(script: string, nodeId: string, userIds: readonly string[]): Promise<string[]> {
    const keys = [NODES, HELD_BY + nodeId, HOLDERS_OF];
    return (await this.client.eval(script, keys.length, ...keys, nodeId, ...userIds)) as string[];
  }

  private get client(): Redis {
    return this.redis.client;
  }
}
