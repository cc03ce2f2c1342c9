/**
 * Something that waits for its place in a log. The committer asks `draft` for the row at the moment of
 * numbering, so it sees the state that the row will stand on; after a lost race it asks again.
 */
export interface Append<State, Row> {
  readonly key: string;
  /**
   * The row to insert; `null`: nothing to write after all; a throw refuses this append alone. Neither of
   * the two counts before the state was seen to be no older than the append; `null` not before it is stored.
   */
  draft(state: State): Row | null;
  /** In log order per key, after the row is stored, with what `draft` made last. */
  stored(row: Row | null): void;
  /** The same append is in the store already (a retry, or a write whose answer was lost). */
  alreadyStored(row: Row): void;
  failed(error: unknown): void;
  /** Past this moment (ms since the epoch) it is not tried again. */
  readonly deadlineMs: number;
}

/** What became of one ordered batch: `stored` rows from its start, and why the next one was refused. */
export type InsertOutcome<Row> =
  | { stored: number; refused: null }
  | { stored: number; refused: 'place-taken' }
  | { stored: number; refused: 'already-stored'; existing: Row }
  /** The store did not answer: any of the rows may be there or not. */
  | { stored: 0; refused: 'unknown'; error: unknown };

/** Where the committer's rows live. */
export interface LogStore<State, Row> {
  /** The state at the last row; `known` itself where the store has not moved on from it. */
  load(key: string, known?: State): Promise<State>;
  insert(rows: Row[]): Promise<InsertOutcome<Row>>;
  /** Of rows whose fate is unknown, those that are stored. */
  findStored(rows: Row[]): Promise<Map<Row, Row>>;
}
