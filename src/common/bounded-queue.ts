/** Runs at most `atOnce` tasks together, in the order of asking; who would wait as one too many is refused. */
export class BoundedQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly maxWaiting: number,
    private readonly refusal: () => Error,
  ) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running++;
    else await this.turn();
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      // The place is handed over, never freed in between: a newcomer can't overtake.
      if (next) next();
      else this.running--;
    }
  }

  private async turn(): Promise<void> {
    if (this.waiting.length >= this.maxWaiting) throw this.refusal();
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
