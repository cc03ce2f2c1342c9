import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AppConfig } from '../../config/app-config.js';
import { Clock } from '../clock.js';
import { RateLimitedError } from '../errors/app-error.js';
import { RateLimiter } from './rate-limiter.js';
import { RATE_LIMITS } from './rate-limits.js';

const limiterWith = (limits: 'on' | 'off') =>
  new RateLimiter(
    AppConfig.from({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(32), RATE_LIMITS: limits }),
    new Clock(),
  );

const { points, seconds } = RATE_LIMITS['auth.password'];

async function useUp(limiter: RateLimiter, key: string): Promise<void> {
  for (let left: number = points; left > 0; left -= 1) await limiter.consume('auth.password', key);
}

describe('RateLimiter', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('should refuse what is one too many, and say when it will not be', async () => {
    const limiter = limiterWith('on');
    await useUp(limiter, 'ann');
    vi.advanceTimersByTime(1000);

    const error: unknown = await limiter.consume('auth.password', 'ann').catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(RateLimitedError);
    const { retryAfterMs = 0 } = error as RateLimitedError;
    expect(retryAfterMs).toBe((seconds - 1) * 1000);
    vi.advanceTimersByTime(retryAfterMs + 1);
    await expect(limiter.consume('auth.password', 'ann')).resolves.toBeUndefined();
  });

  it('should keep keys and actions apart', async () => {
    const limiter = limiterWith('on');
    await useUp(limiter, 'ann');

    await expect(limiter.consume('auth.password', 'bob')).resolves.toBeUndefined();
    await expect(limiter.consume('auth.refresh', 'ann')).resolves.toBeUndefined();
    await expect(limiter.consume('auth.password', 'constructor')).resolves.toBeUndefined();
  });

  it('should admit everything where it is off', async () => {
    const limiter = limiterWith('off');
    await useUp(limiter, 'ann');

    await expect(useUp(limiter, 'ann')).resolves.toBeUndefined();
  });
});
