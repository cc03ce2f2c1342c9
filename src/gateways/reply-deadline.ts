const DEADLINE_MS = 20_000;
const CHECK_MS = 1000;

/**
 * No event stays without an answer, whatever hangs behind it. One sweep a second over what is open, in
 * the order of arrival, instead of a timer per event.
 */
export class ReplyDeadline {
  private readonly open = new Map<() => void, number>();
  private readonly timer = setInterval(() => this.sweep(), CHECK_MS).unref();

  /** Calls `expire` once if `close` is not called in time. */
  watch(expire: () => void): void {
    this.open.set(expire, performance.now() + DEADLINE_MS);
  }

  close(expire: () => void): void {
    this.open.delete(expire);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const now = performance.now();
    for (const [expire, due] of this.open) {
      if (due > now) return;
      this.open.delete(expire);
      expire();
    }
  }
}
