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
  /** How often this actor stands in its lane's queue. */
  turns = 0;
  /** How many at the front of `pending` came before the state was last found to be the store's. */
  fresh = 0;
  /** Appends drafted and neither answered nor back in `pending`. */
  underWay = 0;
  /** `rev` of the rows being inserted, lowest first. */
  unstored: number[] = [];
  /** Called when no row of this log is under way any more. */
  readonly settleWaiters: (() => void)[] = [];
  readonly readers: { resolve(state: State): void; reject(error: unknown): void }[] = [];

  constructor(
    readonly key: string,
    /** Which of the lanes its appends take. */
    readonly lane: number,
  ) {}

  get isIdle(): boolean {
    return !this.isLoading && this.pending.length === 0 && this.underWay === 0 && this.readers.length === 0;
  }

  /** The next append, of which there must be one, and whether the state is as new as it. */
  take(): { append: Append<State, Row>; isFresh: boolean } {
    this.underWay += 1;
    const isFresh = this.fresh > 0;
    if (isFresh) this.fresh -= 1;
    return { append: this.pending.shift() as Append<State, Row>, isFresh };
  }

  /** Back to where it was; whatever is loaded from then on is newer than it. */
  putBack(append: Append<State, Row>): void {
    this.underWay -= 1;
    this.pending.unshift(append);
    this.fresh += 1;
  }

  /** The state to come is newer than all that waits now. */
  loading(): void {
    this.isLoading = true;
    this.fresh = this.pending.length;
  }

  loaded(state: State): void {
    this.isLoading = false;
    this.state = state;
    for (const reader of this.readers.splice(0)) reader.resolve(state);
  }

  /** Tells everybody who waits; answers how many of them were appends. */
  loadFailed(error: unknown): number {
    this.isLoading = false;
    this.fresh = 0;
    for (const reader of this.readers.splice(0)) reader.reject(error);
    const appends = this.pending.splice(0);
    for (const append of appends) append.failed(error);
    return appends.length;
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
