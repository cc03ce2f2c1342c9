import type { RedisLink } from '../../cluster/redis-link.js';
import type { PrimaryChannel } from '../../cluster/workers/primary-channel.js';
import type { Clock, ClockTimer } from '../clock.js';
import type { WindowCount } from './window-counts.js';

/** What was counted here is known to the others so much later at the most. */
export const SETTLE_MS = 500;
/** Counts of one command: Redis does nothing else meanwhile. */
const BATCH = 500;

/** Adds to counters, of which a new one gets its window. Answers for each the sum and how long it lasts. */
const SETTLE = `
local answer = {}
for i, key in ipairs(KEYS) do
  answer[2 * i - 1] = redis.call('incrby', key, ARGV[2 * i - 1])
  local left = redis.call('pttl', key)
  if left < 0 then
    left = tonumber(ARGV[2 * i])
    redis.call('pexpire', key, left)
  end
  answer[2 * i] = left
end
return answer`;

/**
 * Adds to counters that are shared, of which a new one gets its window: for each key the points and how long the
 * window lasts from now on, in ms. Answers for each the sum and how long it lasts; `null`: nobody is there to ask.
 */
export type Settle = (keys: string[], args: number[]) => Promise<number[] | null>;

export function settleInRedis(redis: RedisLink): Settle {
  return async (keys, args) => {
    if (!redis.isUp) return null; // `RedisLink` tells of a Redis that is away
    return (await redis.client.eval(SETTLE, keys.length, ...keys, ...args)) as number[];
  };
}

export function settleAtPrimary(primary: PrimaryChannel): Settle {
  return (keys, args) => primary.ask('settle', keys, args);
}

/**
 * Adds what this node has counted to the counters that all nodes share, many in one command, and brings back what the
 * others have. Nobody waits for it: while Redis is away or slow, this node counts on by itself.
 */
export class CountSettlement {
  private readonly waiting = new Set<WindowCount>();
  private timer: ClockTimer | null = null;
  private isUnderWay = false;
  private isUrgent = false;

  constructor(
    private readonly settleShared: Settle,
    private readonly clock: Clock,
  ) {}

  /** Something was added to it. */
  note(count: WindowCount, isUrgent: boolean): void {
    this.waiting.add(count);
    this.isUrgent ||= isUrgent;
    this.goOn();
  }

  private goOn(): void {
    if (this.isUnderWay || this.waiting.size === 0) return;
    if (this.isUrgent) void this.settle();
    else this.timer ??= this.clock.setTimer(SETTLE_MS, () => void this.settle());
  }

  /** Never rejects. */
  private async settle(): Promise<void> {
    if (this.isUnderWay) return;
    this.timer?.cancel();
    this.timer = null;
    this.isUrgent = false;
    this.isUnderWay = true;
    const nowMs = this.clock.nowMs();
    const counts = [...this.waiting].filter(({ endsAtMs }) => nowMs < endsAtMs);
    this.waiting.clear();
    const batches = Array.from({ length: Math.ceil(counts.length / BATCH) }, (_, n) =>
      counts.slice(n * BATCH, (n + 1) * BATCH),
    );
    await Promise.all(batches.map((batch) => this.tell(batch)));
    this.isUnderWay = false;
    this.goOn();
  }

  private async tell(batch: readonly WindowCount[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    const told = batch.map(({ pending }) => pending);
    const keys = batch.map(({ id }) => id);
    const args = batch.flatMap(({ pending, endsAtMs }) => [pending, endsAtMs - nowMs]);
    const answer = await this.ask(keys, args);
    const answeredMs = this.clock.nowMs();
    batch.forEach((count, n) => {
      const points = told[n] ?? 0;
      const sum = answer?.[2 * n];
      const leftMs = answer?.[2 * n + 1];
      count.pending -= points;
      // Without an answer it may have been added or not: it counts here, and is not told again.
      count.told = sum ?? count.told + points;
      if (leftMs !== undefined) count.endsAtMs = answeredMs + leftMs;
    });
  }

  private async ask(keys: string[], args: number[]): Promise<number[] | null> {
    try {
      return await this.settleShared(keys, args);
    } catch {
      return null;
    }
  }
}
