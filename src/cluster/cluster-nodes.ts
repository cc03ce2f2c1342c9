import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import { AppConfig } from '../config/app-config.js';
import { NODE_ID } from './node-id.js';
import { BEAT, FORGET, LIVING, NODE_LEASE_MS, NODES, OVERDUE } from './node-scripts.js';
import { RedisLink } from './redis-link.js';

const BEAT_MS = 1000;
/** Who sees to a dead node has so long for it, and for each further turn, before another may. */
const BURIAL_MS = 10_000;

/** What is left to do for a node that is gone. Must do no harm when it runs twice. */
export type NodeLost = (nodeId: string, lastHeardAt: Date) => Promise<void>;

/** `hasBeenGivenUp`: the others took this node for dead, and have told so. */
export type Returned = (hasBeenGivenUp: boolean) => Promise<void>;

/**
 * Which nodes live: each holds a lease in Redis that it renews every second. When one runs out, one of the others
 * does what the dead one has left undone. Times are those of Redis, whatever the clocks of the nodes say.
 */
@Injectable()
export class ClusterNodes implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ClusterNodes.name);
  private readonly lostListeners: NodeLost[] = [];
  private readonly returnListeners: Returned[] = [];
  private timer: ClockTimer | null = null;
  private isStopping = false;
  private isKnown = false;
  /** Nobody is given up before all have had time to come back, from when Redis itself was away. */
  private mayBuryAtMs = 0;

  constructor(
    @Inject(RedisLink) private readonly redis: RedisLink | null,
    @Inject(NODE_ID) readonly nodeId: string,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** While the modules are made. */
  onLost(listener: NodeLost): void {
    this.lostListeners.push(listener);
  }

  /** When Redis has not known this node for a while, so that nothing of what was kept there may be right. */
  onReturn(listener: Returned): void {
    this.returnListeners.push(listener);
  }

  /** The nodes that live, this one included; `null` where there is no more than this one. */
  async living(): Promise<ReadonlySet<string> | null> {
    if (!this.redis) return null;
    const ids = (await this.redis.client.eval(LIVING, 1, NODES)) as string[];
    return new Set([...ids, this.nodeId]);
  }

  async onModuleInit(): Promise<void> {
    if (!this.redis) return;
    await this.renew(this.redis, NODE_LEASE_MS);
    this.isKnown = true;
  }

  onApplicationBootstrap(): void {
    if (this.redis) this.schedule(this.redis);
  }

  /** What this node leaves behind is for the others, when those who were connected here have had time to move. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.timer?.cancel();
    if (!this.redis) return;
    await this.renew(this.redis, this.config.presenceGraceMs).catch(() => undefined);
  }

  private schedule(redis: RedisLink): void {
    this.timer = this.clock.setTimer(BEAT_MS, () => {
      void this.beat(redis).finally(() => {
        if (!this.isStopping) this.schedule(redis);
      });
    });
  }

  private async beat(redis: RedisLink): Promise<void> {
    try {
      const { isNew, hasBeenGivenUp } = await this.renew(redis, NODE_LEASE_MS);
      if (isNew || hasBeenGivenUp || !this.isKnown) await this.comeBack(hasBeenGivenUp);
      if (this.clock.nowMs() >= this.mayBuryAtMs) await this.bury(redis);
    } catch (error) {
      if (this.isKnown && !this.isStopping)
        this.logger.error(`the lease of this node is not renewed: ${String(error)}`);
      this.isKnown = false;
      redis.cut();
    }
  }

  private async renew(
    { client }: RedisLink,
    leaseMs: number,
  ): Promise<{ isNew: boolean; hasBeenGivenUp: boolean }> {
    const answer = await client.eval(BEAT, 2, NODES, givenUpKey(this.nodeId), this.nodeId, leaseMs);
    const [isNew, hasBeenGivenUp] = answer as [number, number];
    return { isNew: isNew === 1, hasBeenGivenUp: hasBeenGivenUp === 1 };
  }

  private async comeBack(hasBeenGivenUp: boolean): Promise<void> {
    this.mayBuryAtMs = this.clock.nowMs() + NODE_LEASE_MS;
    for (const returned of this.returnListeners) await returned(hasBeenGivenUp);
    this.isKnown = true;
  }

  /** One dead node a turn; should a listener fail, it stays for the next one. */
  private async bury({ client }: RedisLink): Promise<void> {
    const keys = [NODES, BURIAL_PREFIX, GIVEN_UP_PREFIX];
    const found = (await client.eval(OVERDUE, keys.length, ...keys, this.nodeId, BURIAL_MS)) as
      [string, string] | null;
    if (!found) return;
    const [nodeId, endedAtMs] = found;
    this.logger.warn(`node ${nodeId} is gone: this one does what it has left`);
    const lastHeardAt = new Date(Number(endedAtMs) - NODE_LEASE_MS);
    await Promise.all(this.lostListeners.map((lost) => lost(nodeId, lastHeardAt)));
    await client.eval(FORGET, 1, NODES, nodeId);
  }
}

const BURIAL_PREFIX = 'parley:burial:';
const GIVEN_UP_PREFIX = 'parley:given-up:';
const givenUpKey = (nodeId: string) => `${GIVEN_UP_PREFIX}${nodeId}`;
