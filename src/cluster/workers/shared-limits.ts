import { RateLimiterMemory } from 'rate-limiter-flexible';

/** What was counted of a key, and when it begins anew. */
export interface Count {
  consumed: number;
  endsInMs: number;
}

/** What all workers together have counted; whether it is too much is for the worker to say. */
export class SharedLimits {
  private readonly settled = new RateLimiterMemory({ points: 1, duration: 60 });
  private readonly counters = new Map<string, RateLimiterMemory>();

  /** What workers have counted by themselves meanwhile: points and the rest of the window in ms, for each key. */
  async settle(keys: readonly string[], args: readonly number[]): Promise<number[]> {
    const sums = await Promise.all(
      keys.map((key, n) => {
        const [points = 0, leftMs = 0] = args.slice(2 * n, 2 * n + 2);
        return this.settled.penalty(key, points, { customDuration: Math.ceil(leftMs / 1000) });
      }),
    );
    return sums.flatMap(({ consumedPoints, msBeforeNext }) => [consumedPoints, msBeforeNext]);
  }

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
