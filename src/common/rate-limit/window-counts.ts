import type { Clock } from '../clock.js';
import type { CountSettlement } from './count-settlement.js';

/** A node tells the others at once when it holds so much of a limit that they do not know of. */
const URGENT_SHARE = 1 / 20;

/** What somebody has used of a limit, in a window that begins with its first use. */
export class WindowCount {
  /** By all nodes, as far as this one was told. */
  told = 0;
  /** Here, and not told to the others yet. */
  pending = 0;

  constructor(
    /** As Redis has it. */
    readonly id: string,
    public endsAtMs: number,
  ) {}
}

/**
 * Counts one action per key in the memory of this node, so that nobody waits for an answer; what other nodes count
 * comes in a moment later, if there are any.
 */
export class WindowCounts {
  private readonly counts = new Map<string, WindowCount>();

  constructor(
    private readonly action: string,
    private readonly limit: { points: number; seconds: number },
    private readonly clock: Clock,
    private readonly settlement: CountSettlement | null,
  ) {}

  /** Takes points where so many are left. Answers 0, or after how many ms to come again. */
  take(key: string, points: number): number {
    const nowMs = this.clock.nowMs();
    const count = this.current(key, nowMs);
    if (count.told + count.pending + points > this.limit.points) return Math.max(count.endsAtMs - nowMs, 1);
    count.pending += points;
    this.settlement?.note(count, count.pending >= this.limit.points * URGENT_SHARE);
    return 0;
  }

  private current(key: string, nowMs: number): WindowCount {
    const known = this.counts.get(key);
    if (known && nowMs < known.endsAtMs) return known;
    this.counts.delete(key);
    this.clearAway(nowMs);
    const count = new WindowCount(`parley:limit:${this.action}:${key}`, nowMs + this.limit.seconds * 1000);
    this.counts.set(key, count);
    return count;
  }

  /** The oldest come first, and two go for each that comes: what is over does not gather. */
  private clearAway(nowMs: number): void {
    let left = 2;
    for (const [key, { endsAtMs }] of this.counts) {
      if (left === 0 || nowMs < endsAtMs) return;
      this.counts.delete(key);
      left -= 1;
    }
  }
}
