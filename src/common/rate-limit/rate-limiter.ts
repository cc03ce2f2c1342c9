import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';

import { RedisLink } from '../../cluster/redis-link.js';
import { AppConfig } from '../../config/app-config.js';
import { Clock } from '../clock.js';
import { RateLimitedError } from '../errors/app-error.js';
import { CountSettlement } from './count-settlement.js';
import { EXACT_LIMITS, RATE_LIMITS, type RateLimitedAction } from './rate-limits.js';
import { WindowCounts } from './window-counts.js';

/** Takes points of a key. Answers 0, or after how many ms to come again. */
type Take = (key: string, points: number) => number | Promise<number>;

/**
 * Counts actions per key, on all nodes together, and refuses what is too much. What happens often is counted here
 * and settled with the other nodes a moment later: it is admitted or refused without waiting, which events of one
 * socket need to keep their order. What is in `EXACT_LIMITS` asks Redis each time.
 */
@Injectable()
export class RateLimiter {
  private readonly limits: Map<RateLimitedAction, Take> | null;

  constructor(
    config: AppConfig,
    clock: Clock,
    @Optional() @Inject(RedisLink) redis: RedisLink | null = null,
  ) {
    const settlement = redis && new CountSettlement(redis, clock);
    const takeOf = (action: RateLimitedAction): Take => {
      if (EXACT_LIMITS.has(action)) return takeExactly(action, redis);
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

/** While Redis is away each node counts for itself; whoever is over the limit costs no more questions. */
function takeExactly(action: RateLimitedAction, redis: RedisLink | null): Take {
  const { points, seconds } = RATE_LIMITS[action];
  const limit = { points, duration: seconds };
  const memory = new RateLimiterMemory(limit);
  const limiter: RateLimiterAbstract = redis
    ? new RateLimiterRedis({
        ...limit,
        storeClient: redis.client,
        keyPrefix: `parley:limit:${action}`,
        rejectIfRedisNotReady: true,
        insuranceLimiter: memory,
        inMemoryBlockOnConsumed: points + 1,
      })
    : memory;
  return async (key, taken) => {
    try {
      await limiter.consume(key, taken);
      return 0;
    } catch (reason) {
      if (reason instanceof RateLimiterRes) return Math.max(reason.msBeforeNext, 1);
      throw reason;
    }
  };
}

function assertTaken(action: RateLimitedAction, waitMs: number): void {
  if (waitMs > 0) throw new RateLimitedError(action, waitMs);
}
