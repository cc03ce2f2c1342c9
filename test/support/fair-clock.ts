const TICK_MS = 10;

/**
 * Real time, but for that in which this process did not get to run: it was busy itself, waited for a core or stood
 * still. By it, what others took is told from what a busy machine took.
 */
export class FairClock {
  private lostMs = 0;
  private lastMs = performance.now();
  private readonly timer = setInterval(() => {
    this.lostMs += this.overdueMs;
    this.lastMs = performance.now();
  }, TICK_MS);

  now(): number {
    return performance.now() - this.lostMs - this.overdueMs;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private get overdueMs(): number {
    return Math.max(0, performance.now() - this.lastMs - TICK_MS);
  }
}
