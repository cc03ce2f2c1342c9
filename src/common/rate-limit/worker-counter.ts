import { LRUCache } from 'lru-cache';
import { RateLimiterRes } from 'rate-limiter-flexible';

import type { PrimaryChannel } from '../../cluster/workers/primary-channel.js';

/** Those over their limit at the same time of whom a worker knows without asking. */
const MAX_REFUSED = 10_000;

/** Counts with the other workers, at the primary; whoever is over the limit costs no more questions. */
export class WorkerCounter {
  private readonly refused = new LRUCache<string, true>({ max: MAX_REFUSED, ttlAutopurge: false });

  constructor(
    private readonly primary: PrimaryChannel,
    private readonly action: string,
    private readonly limit: { points: number; duration: number },
  ) {}

  async consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const { points: most, duration } = this.limit;
    const name = String(key);
    const refusedForMs = this.refused.getRemainingTTL(name);
    if (refusedForMs > 0) throw new RateLimiterRes(0, refusedForMs);
    const { consumed, endsInMs } = await this.primary.ask('count', this.action, duration, name, points);
    const result = new RateLimiterRes(Math.max(most - consumed, 0), endsInMs, consumed, consumed === points);
    if (consumed <= most) return result;
    this.refused.set(name, true, { ttl: Math.max(endsInMs, 1) });
    throw result;
  }
}
