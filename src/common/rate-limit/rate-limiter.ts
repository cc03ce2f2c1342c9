import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { AppConfig } from '../../config/app-config.js';
import { RateLimitedError } from '../errors/app-error.js';
import { RATE_LIMITS, type RateLimitedAction } from './rate-limits.js';

/** Counts actions per key and refuses what is too much. */
@Injectable()
export class RateLimiter {
  private readonly limiters: Map<RateLimitedAction, RateLimiterMemory> | null;

  constructor(config: AppConfig) {
    const entries = Object.entries(RATE_LIMITS).map(
      ([action, { points, seconds }]) =>
        [action as RateLimitedAction, new RateLimiterMemory({ points, duration: seconds })] as const,
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
