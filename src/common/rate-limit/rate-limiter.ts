import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';

import { RedisLink } from '../../cluster/redis-link.js';
import { PrimaryChannel } from '../../cluster/workers/primary-channel.js';
import { AppConfig } from '../../config/app-config.js';
import { Clock } from '../clock.js';
import { RateLimitedError } from '../errors/app-error.js';
import { CountSettlement, settleAtPrimary, settleInRedis } from './count-settlement.js';
import { EXACT_LIMITS, RATE_LIMITS, type RateLimitedAction } from './rate-limits.js';
import { WindowCounts } from './window-counts.js';
import { WorkerCounter } from './worker-counter.js';

/** Takes points of a key. Answers 0, or after how many ms to come again. */
type Take = (key: string, points: number) => number | Promise<number>;

/** Where this process counts together with others, if there are any. */
interface Shared {
  redis: RedisLink | null;
  primary: PrimaryChannel | null;
}

/**
 * Counts actions per key, on all nodes together, and refuses what is too much. What happens often is counted here
 * and settled with the other nodes a moment later: it is admitted or refused without waiting, which events of one
 * socket need to keep their order. What is in `EXACT_LIMITS` asks Redis, or the primary of the workers, each time.
 */
@Injectable()
export class RateLimiter {
  private readonly limits: Map<RateLimitedAction, Take> | null;

  constructor(
    config: AppConfig,
    clock: Clock,
    @Optional() @Inject(RedisLink) redis: RedisLink | null = null,
    @Optional() @Inject(PrimaryChannel) primary: PrimaryChannel | null = null,
  ) {
    const settlement = settlementOf({ redis, primary }, clock);
    const takeOf = (action: RateLimitedAction): Take => {
      if (EXACT_LIMITS.has(action)) return takeExactly(action, { redis, primary });
      const counts = new WindowCounts(action, RATE_LIMITS[action], clock, settlement);
      return (key, points) => counts.take(key, points);
    };
    const actions = Object.keys(RATE_LIMITS) as RateLimitedAction[];
    this.limits = config.isRateLimited ? new Map(actions.map((action) => [action, takeOf(action)])) : null;
  }

  /** Takes points of `key`, a user id or an address; `RATE_LIMITED` when so many are not left. */
  async consume(action: RateLimitedAction, key: string, points = 1): Promise<void> {
    await this.admit(action, key, points);
  }

  /** The same, without a promise where there is nothing to wait for: refused by a throw, then or at once. */
  admit(action: RateLimitedAction, key: string, points = 1): void | Promise<void> {
    if (points <= 0) return;
    const taken = this.limits?.get(action)?.(key, points) ?? 0;
    if (typeof taken === 'number') assertTaken(action, taken);
    else return taken.then((waitMs) => assertTaken(action, waitMs));
  }
}

function settlementOf({ redis, primary }: Shared, clock: Clock): CountSettlement | null {
  if (redis) return new CountSettlement(settleInRedis(redis), clock);
  return primary && new CountSettlement(settleAtPrimary(primary), clock);
}

function takeExactly(action: RateLimitedAction, shared: Shared): Take {
  const limiter = limiterOf(action, shared);
  return async (key, points) => {
    try {
      await limiter.consume(key, points);
      return 0;
    } catch (reason) {
      if (reason instanceof RateLimiterRes) return Math.max(reason.msBeforeNext, 1);
      throw reason;
    }
  };
}

/** While Redis is away each node counts for itself; whoever is over the limit costs no more questions. */
function limiterOf(
  action: RateLimitedAction,
  { redis, primary }: Shared,
): Pick<RateLimiterAbstract, 'consume'> {
  const { points, seconds } = RATE_LIMITS[action];
  const limit = { points, duration: seconds };
  if (!redis && primary) return new WorkerCounter(primary, action, limit);
  const memory = new RateLimiterMemory(limit);
  if (!redis) return memory;
  return new RateLimiterRedis({
    ...limit,
    storeClient: redis.client,
    keyPrefix: `parley:limit:${action}`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
    inMemoryBlockOnConsumed: points + 1,
  });
}

function assertTaken(action: RateLimitedAction, waitMs: number): void {
  if (waitMs > 0) throw new RateLimitedError(action, waitMs);
}
