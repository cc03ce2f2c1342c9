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
import { RateLimitedError } from '../errors/app-error.js';
import { RATE_LIMITS, type RateLimitedAction } from './rate-limits.js';
import { WorkerCounter } from './worker-counter.js';

type Limiter = Pick<RateLimiterAbstract, 'consume'>;

/** Counts actions per key, on all nodes together, and refuses what is too much. */
@Injectable()
export class RateLimiter {
  private readonly limiters: Map<RateLimitedAction, Limiter> | null;

  constructor(
    config: AppConfig,
    @Optional() @Inject(RedisLink) redis: RedisLink | null = null,
    @Optional() @Inject(PrimaryChannel) primary: PrimaryChannel | null = null,
  ) {
    const shared = { redis, primary };
    const entries = Object.entries(RATE_LIMITS).map(
      ([action, { points, seconds }]) =>
        [action as RateLimitedAction, limiterOf(action, { points, duration: seconds }, shared)] as const,
    );
    this.limiters = config.isRateLimited ? new Map(entries) : null;
  }

  /** Takes points of `key`, a user id or an address; `RATE_LIMITED` when so many are not left. */
  async consume(action: RateLimitedAction, key: string, points = 1): Promise<void> {
    if (points <= 0) return;
    try {
      await this.limiters?.get(action)?.consume(key, points);
    } catch (reason) {
      if (reason instanceof RateLimiterRes)
        throw new RateLimitedError(action, Math.max(reason.msBeforeNext, 1));
      throw reason;
    }
  }
}

/** While Redis is away each node counts for itself; whoever is over the limit costs no more questions. */
function limiterOf(
  action: string,
  limit: { points: number; duration: number },
  { redis, primary }: { redis: RedisLink | null; primary: PrimaryChannel | null },
): Limiter {
  if (!redis && primary) return new WorkerCounter(primary, action, limit);
  const memory = new RateLimiterMemory(limit);
  if (!redis) return memory;
  return new RateLimiterRedis({
    ...limit,
    storeClient: redis.client,
    keyPrefix: `parley:limit:${action}`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
    inMemoryBlockOnConsumed: limit.points + 1,
  });
}
