import { beforeEach, describe, expect, it } from 'vitest';

import type { RedisLink } from '../../cluster/redis-link.js';
import { Clock, type ClockTimer } from '../clock.js';
import { CountSettlement, settleInRedis, SETTLE_MS } from './count-settlement.js';
import { WindowCounts } from './window-counts.js';

class HandClock extends Clock {
  private nowIsMs = 1_000_000;
  private due: { atMs: number; task: () => void }[] = [];

  override nowMs(): number {
    return this.nowIsMs;
  }

  override setTimer(ms: number, task: () => void): ClockTimer {
    const one = { atMs: this.nowIsMs + ms, task };
    this.due.push(one);
    return { cancel: () => void (this.due = this.due.filter((other) => other !== one)) };
  }

  /** Whoever was called has done what it could do at once when it resolves. */
  async pass(ms: number): Promise<void> {
    this.nowIsMs += ms;
    const come = this.due.filter(({ atMs }) => atMs <= this.nowIsMs);
    this.due = this.due.filter(({ atMs }) => atMs > this.nowIsMs);
    for (const { task } of come) task();
    await new Promise(setImmediate);
  }
}

/** Counters in place of Redis, which answer when a test says so. */
class Counters {
  readonly sums = new Map<string, number>();
  isUp = true;
  asked = 0;
  private answering: Promise<void> = Promise.resolve();

  readonly client = {
    eval: async (_: string, count: number, ...args: (string | number)[]): Promise<number[]> => {
      this.asked += 1;
      await this.answering;
      const keys = args.slice(0, count) as string[];
      return keys.flatMap((key, n) => {
        const sum = (this.sums.get(key) ?? 0) + Number(args[count + 2 * n]);
        this.sums.set(key, sum);
        return [sum, Number(args[count + 2 * n + 1])];
      });
    },
  };

  /** No answer comes before what is returned was called. */
  hang(): () => void {
    let goOn: () => void = () => undefined;
    this.answering = new Promise((resolve) => (goOn = resolve));
    return goOn;
  }
}

const LIMIT = { points: 100, seconds: 10 };

describe('WindowCounts', () => {
  let clock: HandClock;
  let redis: Counters;
  let here: WindowCounts;
  let there: WindowCounts;

  beforeEach(() => {
    clock = new HandClock();
    redis = new Counters();
    here = node();
    there = node();
  });

  const node = (): WindowCounts => {
    const settlement = new CountSettlement(settleInRedis(redis as unknown as RedisLink), clock);
    return new WindowCounts('typing', LIMIT, clock, settlement);
  };

  const takeAll = (counts: WindowCounts, tries: number): number =>
    Array.from({ length: tries }, () => counts.take('ann', 1)).filter((wait) => wait === 0).length;

  it('should admit what the limit says without waiting, and then say how long to wait', () => {
    const goOn = redis.hang();

    expect(takeAll(here, 150)).toBe(LIMIT.points);
    expect(here.take('ann', 1)).toBe(LIMIT.seconds * 1000);
    expect(here.take('bob', 1)).toBe(0);
    goOn();
  });

  it('should begin anew when the window is over', async () => {
    takeAll(here, 150);
    await clock.pass(0);
    await clock.pass(LIMIT.seconds * 1000 - 1);
    expect(here.take('ann', 1)).toBe(1);

    await clock.pass(1);

    redis.sums.clear();
    expect(takeAll(here, 150)).toBe(LIMIT.points);
  });

  it('should not take what it refuses', () => {
    expect(here.take('ann', 98)).toBe(0);
    expect(here.take('ann', 3)).toBeGreaterThan(0);
    expect(here.take('ann', 2)).toBe(0);
  });

  it('should refuse on one node who has used the limit up on another', async () => {
    takeAll(here, LIMIT.points);
    await clock.pass(SETTLE_MS);
    expect(there.take('ann', 1)).toBe(0);

    await clock.pass(SETTLE_MS);

    expect(there.take('ann', 1)).toBeGreaterThan(0);
    expect(there.take('bob', 1)).toBe(0);
  });

  it('should tell at once of a share that matters, and of the rest in one command', async () => {
    here.take('ann', 5);
    await clock.pass(0);
    expect(redis.sums).toEqual(new Map([['parley:limit:typing:ann', 5]]));

    for (const who of ['ann', 'bob', 'cat']) here.take(who, 1);
    await clock.pass(SETTLE_MS);

    expect(redis.asked).toBe(2);
    expect([...redis.sums.values()]).toEqual([6, 1, 1]);
  });

  it('should count on by itself while no answer comes, and tell of it afterwards', async () => {
    const goOn = redis.hang();
    expect(takeAll(here, 60)).toBe(60);
    await clock.pass(SETTLE_MS);
    expect(redis.asked).toBe(1);

    goOn();
    await clock.pass(SETTLE_MS);

    expect(redis.sums.get('parley:limit:typing:ann')).toBe(60);
    expect(takeAll(here, 150)).toBe(40);
  });

  it('should go on counting what it could not tell of', async () => {
    redis.isUp = false;
    expect(takeAll(here, 60)).toBe(60);
    await clock.pass(SETTLE_MS);

    expect(takeAll(here, 150)).toBe(40);
  });
});
