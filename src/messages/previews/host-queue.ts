interface Waiting {
  host: string;
  start(): void;
}

/** Runs a few tasks at once, and fewer of one host; what comes when too many wait is left out. */
export class HostQueue {
  private running = 0;
  private readonly runningOf = new Map<string, number>();
  private readonly waiting: Waiting[] = [];

  constructor(private readonly limits: { atOnce: number; perHost: number; maxWaiting: number }) {}

  /** `null`: left out. */
  async run<T>(host: string, task: () => Promise<T>): Promise<T | null> {
    if (!this.hasPlace(host)) {
      if (this.waiting.length >= this.limits.maxWaiting) return null;
      await new Promise<void>((start) => this.waiting.push({ host, start }));
    } else this.take(host);
    try {
      return await task();
    } finally {
      this.give(host);
    }
  }

  private hasPlace(host: string): boolean {
    return this.running < this.limits.atOnce && (this.runningOf.get(host) ?? 0) < this.limits.perHost;
  }

  private take(host: string): void {
    this.running += 1;
    this.runningOf.set(host, (this.runningOf.get(host) ?? 0) + 1);
  }

  /** To the first that waits and can have it, which is counted before anybody else comes. */
  private give(host: string): void {
    this.running -= 1;
    const rest = (this.runningOf.get(host) ?? 1) - 1;
    if (rest > 0) this.runningOf.set(host, rest);
    else this.runningOf.delete(host);
    const index = this.waiting.findIndex((one) => this.hasPlace(one.host));
    const [next] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (!next) return;
    this.take(next.host);
    next.start();
  }
}
