import type { InsertOutcome, LogStore } from '../../src/chats/log/group-commit.js';
import type { Numbered } from '../../src/chats/log/log-actor.js';
import type { SeededRandom } from './seeded-random.js';

/** `put` and `take` move a mark in and out of a key's state; `note` only counts. */
export interface MemoryRow {
  id: number;
  key: string;
  rev: number;
  kind: 'note' | 'put' | 'take';
  mark?: string;
  /** Unique per key, as a client message id is. */
  sendId?: string;
}

export class MemoryState implements Numbered<MemoryRow> {
  rev = 0;
  readonly marks = new Set<string>();

  apply(row: MemoryRow): void {
    if (row.rev !== this.rev + 1) throw new Error(`rev ${row.rev} on top of ${this.rev}`);
    this.rev = row.rev;
    if (row.kind === 'put') this.marks.add(row.mark ?? '');
    if (row.kind === 'take') this.marks.delete(row.mark ?? '');
  }
}

/** How often what goes wrong: probabilities per call. */
export interface Mishaps {
  /** Another node writes a row of its own just before an insert of ours. */
  otherNode: number;
  /** The answer to an insert is lost: some prefix of its rows is stored, now, later or never. */
  lostAnswer: number;
  loadFails: number;
  findFails: number;
}

export const NO_MISHAPS: Mishaps = { otherNode: 0, lostAnswer: 0, loadFails: 0, findFails: 0 };

/** A store in memory with the unique places, ids and send ids of the real one, and what can go wrong with it. */
export class MemoryLogStore implements LogStore<MemoryState, MemoryRow> {
  readonly logs = new Map<string, MemoryRow[]>();
  readonly batches: number[] = [];
  private foreignIds = 1_000_000;
  private readonly late: Promise<void>[] = [];

  constructor(
    private readonly random: SeededRandom,
    public mishaps: Mishaps = NO_MISHAPS,
  ) {}

  log(key: string): MemoryRow[] {
    let rows = this.logs.get(key);
    if (!rows) this.logs.set(key, (rows = []));
    return rows;
  }

  async load(key: string, known?: MemoryState): Promise<MemoryState> {
    await this.passTime();
    if (this.random.chance(this.mishaps.loadFails)) throw new Error('load failed');
    if (known?.rev === this.log(key).length) return known;
    const state = stateAt(this.log(key));
    await this.passTime();
    return state;
  }

  async insert(rows: MemoryRow[]): Promise<InsertOutcome<MemoryRow>> {
    await this.passTime();
    if (this.random.chance(this.mishaps.otherNode)) this.writeElsewhere(this.random.pick(rows).key);
    this.batches.push(rows.length);
    if (this.random.chance(this.mishaps.lostAnswer)) return this.loseAnswer(rows);
    const outcome = this.insertInOrder(rows);
    await this.passTime();
    return outcome;
  }

  async findStored(rows: MemoryRow[]): Promise<Map<MemoryRow, MemoryRow>> {
    await this.passTime();
    if (this.random.chance(this.mishaps.findFails)) throw new Error('find failed');
    return new Map(
      rows.flatMap((row) => {
        const stored = this.log(row.key).find(({ id }) => id === row.id);
        return stored ? [[row, stored] as const] : [];
      }),
    );
  }

  /** A row that another node stores. */
  writeElsewhere(key: string, row: Omit<Partial<MemoryRow>, 'key' | 'rev'> = {}): MemoryRow {
    const rows = this.log(key);
    const mark = this.random.pick(['x', 'y']);
    const kind = stateAt(rows).marks.has(mark) ? 'take' : 'put';
    const id = (this.foreignIds += 1);
    const stored: MemoryRow = { id, kind, mark, ...row, key, rev: rows.length + 1 };
    rows.push(stored);
    return stored;
  }

  /** Inserts whose answers were lost have landed, or never will. */
  async landed(): Promise<void> {
    await Promise.all(this.late);
  }

  private insertInOrder(rows: MemoryRow[]): InsertOutcome<MemoryRow> {
    for (const [stored, row] of rows.entries()) {
      const log = this.log(row.key);
      const existing = log.find(
        ({ id, sendId }) => id === row.id || (sendId !== undefined && sendId === row.sendId),
      );
      const isTaken = row.rev <= log.length;
      // Which of its indexes a store asks first is its own affair.
      if (existing && !(isTaken && this.random.chance(0.5)))
        return { stored, refused: 'already-stored', existing };
      if (isTaken) return { stored, refused: 'place-taken' };
      if (row.rev !== log.length + 1) throw new Error(`a hole: rev ${row.rev} behind ${log.length}`);
      log.push({ ...row });
    }
    return { stored: rows.length, refused: null };
  }

  private loseAnswer(rows: MemoryRow[]): InsertOutcome<MemoryRow> {
    const prefix = rows.slice(0, this.random.below(rows.length + 1));
    const land = () => void this.insertInOrder(prefix);
    if (this.random.chance(0.5)) land();
    else this.late.push(this.passTime(30).then(land));
    return { stored: 0, refused: 'unknown', error: new Error('answer lost') };
  }

  private async passTime(atMost = 3): Promise<void> {
    for (let turns = this.random.below(atMost + 1); turns > 0; turns -= 1)
      await new Promise((resolve) => setImmediate(resolve));
  }
}

export function stateAt(rows: MemoryRow[], rev = rows.length): MemoryState {
  const state = new MemoryState();
  for (const row of rows.slice(0, rev)) state.apply(row);
  return state;
}
