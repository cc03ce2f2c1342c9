import { RateLimiterMemory } from 'rate-limiter-flexible';

/** What was counted of a key, and when it begins anew. */
export interface Count {
  consumed: number;
  endsInMs: number;
}

/** What all workers together have counted; whether it is too much is for the worker to say. */
export class SharedLimits {
  private readonly counters = new Map<string, RateLimiterMemory>();

  async count(action: string, seconds: number, key: string, points: number): Promise<Count> {
    let counter = this.counters.get(action);
    if (!counter) {
      counter = new RateLimiterMemory({ points: 1, duration: seconds, keyPrefix: action });
      this.counters.set(action, counter);
    }
    const { consumedPoints, msBeforeNext } = await counter.penalty(key, points);
    return { consumed: consumedPoints, endsInMs: msBeforeNext };
  }
}
