/** Keys of one query. */
const MAX_KEYS = 500;

/** Behind a query that at least so many have shared. */
interface Pause {
  readonly ms: number;
  readonly crowd: number;
}

/** Who shares a query. */
class Gathering<T> {
  readonly keys = new Set<string>();
  readonly found: Promise<ReadonlyMap<string, T>>;
  answer!: (found: ReadonlyMap<string, T>) => void;
  refuse!: (error: unknown) => void;

  constructor() {
    this.found = new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
  }
}

/**
 * Looks up many by one query: one is under way at a time, and all who ask meanwhile share the next, so that thousands
 * who connect at once don't cost as many queries. Nothing is remembered: a query begins after all who share it have
 * asked, and so sees what was written before. One that fails, fails for those too who have waited for it: a database
 * that is away is waited for once.
 *
 * With a pause, the next query comes so long after one that a crowd has shared: the more come, the more share it. Who
 * comes alone never waits.
 */
export class GatheredLookup<T> {
  private readonly waiting: Gathering<T>[] = [];
  private isRunning = false;

  /** `find` answers by key; what it leaves out is not there. */
  constructor(
    private readonly find: (keys: string[]) => Promise<ReadonlyMap<string, T>>,
    private readonly pause: Pause = { ms: 0, crowd: Number.POSITIVE_INFINITY },
  ) {}

  async get(key: string): Promise<T | undefined> {
    let last = this.waiting.at(-1);
    if (!last || last.keys.size >= MAX_KEYS) this.waiting.push((last = new Gathering()));
    last.keys.add(key);
    this.start();
    return (await last.found).get(key);
  }

  private start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    // One turn later, so that all who ask in the same turn share the first query too.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      try {
        next.answer(await this.find([...next.keys]));
      } catch (error) {
        for (const one of [next, ...this.waiting.splice(0)]) one.refuse(error);
      }
      if (next.keys.size >= this.pause.crowd) await wait(this.pause.ms);
    }
    this.isRunning = false;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
