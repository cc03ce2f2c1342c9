export interface RestartPolicyOptions {
  maxCrashes: number;
  windowMs: number;
  firstDelayMs: number;
  maxDelayMs: number;
}

const DEFAULTS: RestartPolicyOptions = {
  maxCrashes: 5,
  windowMs: 60_000,
  firstDelayMs: 50,
  maxDelayMs: 5000,
};

/** How long to wait before the next start after a crash, and when to give up. */
export class RestartPolicy {
  private crashes: number[] = [];

  constructor(private readonly options: RestartPolicyOptions = DEFAULTS) {}

  /** Counts a crash at time `now`; null means too many in the window. The first restart is nearly at once. */
  nextDelay(now: number): number | null {
    const { maxCrashes, windowMs, firstDelayMs, maxDelayMs } = this.options;
    this.crashes = this.crashes.filter((at) => now - at < windowMs);
    this.crashes.push(now);
    if (this.crashes.length >= maxCrashes) return null;
    return Math.min(firstDelayMs * 4 ** (this.crashes.length - 1), maxDelayMs);
  }
}
