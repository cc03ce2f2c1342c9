import type { Append } from './group-commit.js';

/** A state that knows its place in the log and how to take the next row. */
export interface Numbered<Row> {
  rev: number;
  apply(row: Row): void;
}

/** What this node holds of one log: its state once loaded, and who waits for it. */
export class LogActor<State, Row> {
  state: State | null = null;
  isLoading = false;
  /** In the order in which they must be numbered. */
  readonly pending: Append<State, Row>[] = [];
  /** How often this actor stands in its lane's queue: at most once per pending append. */
  turns = 0;
  /** `rev` of the rows being inserted, lowest first. */
  unstored: number[] = [];
  /** Called when no row of this log is under way any more. */
  readonly settleWaiters: (() => void)[] = [];
  readonly readers: { resolve(state: State): void; reject(error: unknown): void }[] = [];

  constructor(
    readonly key: string,
    readonly lane: number,
  ) {}

  get isIdle(): boolean {
    return (
      !this.isLoading && this.pending.length === 0 && this.unstored.length === 0 && this.readers.length === 0
    );
  }

  loaded(state: State): void {
    this.isLoading = false;
    this.state = state;
    for (const reader of this.readers.splice(0)) reader.resolve(state);
  }

  /** The optimistic state did not come to be, or nobody knows: the store is read before the next row. */
  invalidate(): void {
    this.state = null;
    this.unstored = [];
    this.settle();
  }

  rowStored(): void {
    this.unstored.shift();
    this.settle();
  }

  private settle(): void {
    if (this.unstored.length > 0) return;
    for (const resolve of this.settleWaiters.splice(0)) resolve();
  }
}
