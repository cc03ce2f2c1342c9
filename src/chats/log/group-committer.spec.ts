import { describe, expect, it, vi } from 'vitest';

import {
  type Mishaps,
  MemoryLogStore,
  type MemoryRow,
  type MemoryState,
  NO_MISHAPS,
  stateAt,
} from '../../../test/support/memory-log-store.js';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { UnavailableError } from '../../common/errors/app-error.js';
import type { Append } from './group-commit.js';
import { type CommitterOptions, GroupCommitter } from './group-committer.js';

class RefusedError extends Error {}

type Outcome =
  | { how: 'stored' | 'alreadyStored'; row: MemoryRow }
  | { how: 'nothing' }
  | { how: 'failed'; error: unknown };

/** One append of a test and what became of it. */
interface Tried {
  id: number;
  key: string;
  kind: MemoryRow['kind'];
  mark?: string;
  sendId?: string;
  outcomes: Outcome[];
  /** Rows of the key in the store when it came, and when it was answered. */
  lengthBefore: number;
  lengthAfter: number;
  lastDraftedOnRev: number;
  onOutcome?: () => void;
}

type Wanted = Pick<Tried, 'key'> & Partial<Pick<Tried, 'kind' | 'mark' | 'sendId'>>;

/** A committer over a store in memory, with a record of every append. */
class Bench {
  readonly tried: Tried[] = [];
  readonly told: { key: string; rev: number }[] = [];
  readonly committer: GroupCommitter<MemoryState, MemoryRow>;
  nowMs = 0;

  constructor(
    readonly store: MemoryLogStore,
    options: Partial<CommitterOptions> = {},
  ) {
    this.committer = new GroupCommitter(store, {
      lanes: 2,
      maxBatch: 7,
      maxLoaded: 1000,
      maxWaiting: 10_000,
      retryDelayMs: 0,
      now: () => this.nowMs,
      ...options,
    });
  }

  append({ key, kind = 'note', mark, sendId }: Wanted): Tried {
    const tried: Tried = {
      id: this.tried.length + 1,
      key,
      kind,
      mark,
      sendId,
      outcomes: [],
      lengthBefore: this.store.log(key).length,
      lengthAfter: 0,
      lastDraftedOnRev: -1,
    };
    this.tried.push(tried);
    this.committer.append(this.appendOf(tried));
    return tried;
  }

  private appendOf(tried: Tried): Append<MemoryState, MemoryRow> {
    const { id, key, kind, mark, sendId } = tried;
    const settle = (outcome: Outcome) => {
      tried.lengthAfter = this.store.log(key).length;
      tried.outcomes.push(outcome);
      tried.onOutcome?.();
    };
    return {
      key,
      deadlineMs: 1000,
      draft: (state) => {
        tried.lastDraftedOnRev = state.rev;
        if (kind === 'put' && state.marks.has(mark ?? '')) return null;
        if (kind === 'take' && !state.marks.has(mark ?? '')) throw new RefusedError();
        return { id, key, rev: state.rev + 1, kind, mark, sendId };
      },
      stored: (row) => {
        if (row) this.told.push({ key, rev: row.rev });
        settle(row ? { how: 'stored', row } : { how: 'nothing' });
      },
      alreadyStored: (row) => settle({ how: 'alreadyStored', row }),
      failed: (error) => settle({ how: 'failed', error }),
    };
  }

  async answered(): Promise<void> {
    const open = () => this.tried.filter(({ outcomes }) => outcomes.length === 0).length;
    await vi.waitFor(() => expect(open()).toBe(0), { timeout: 10_000, interval: 1 });
    await this.store.landed();
  }
}

const bench = (mishaps: Partial<Mishaps> = {}, options: Partial<CommitterOptions> = {}, seed = 1): Bench =>
  new Bench(new MemoryLogStore(new SeededRandom(seed), { ...NO_MISHAPS, ...mishaps }), options);

const rowsOf = ({ store }: Bench, key: string) => store.log(key).map(({ id, rev }) => ({ id, rev }));

describe('GroupCommitter', () => {
  it('should number the rows of a key without holes in the order of the calls', async () => {
    const sut = bench();

    for (let i = 0; i < 20; i += 1) sut.append({ key: i % 2 ? '01' : '02' });
    await sut.answered();

    expect(rowsOf(sut, '02')).toEqual(
      [1, 3, 5, 7, 9, 11, 13, 15, 17, 19].map((id, i) => ({ id, rev: i + 1 })),
    );
    expect(sut.store.log('01')).toHaveLength(10);
  });

  it('should put what waits into one insert, up to the size of a batch', async () => {
    const sut = bench({}, { lanes: 1, maxBatch: 100 });

    for (let i = 0; i < 250; i += 1) sut.append({ key: `${i % 10}` });
    await sut.answered();

    expect(sut.store.batches.length).toBeLessThanOrEqual(6);
    expect(Math.max(...sut.store.batches)).toBeLessThanOrEqual(100);
  });

  it('should put what comes in the turn behind a batch into the next one', async () => {
    const sut = bench({}, { lanes: 1, maxBatch: 2 });
    for (const key of ['01', '02']) sut.append({ key });
    await sut.answered();

    const [first] = ['01', '01', '01'].map((key) => sut.append({ key }));
    first!.onOutcome = () => setImmediate(() => setImmediate(() => sut.append({ key: '02' })));
    await vi.waitFor(() => expect(sut.tried).toHaveLength(6));
    await sut.answered();

    expect(sut.store.batches.slice(-2)).toEqual([2, 2]);
  });

  it('should go on behind the rows of another node', async () => {
    const sut = bench();
    sut.append({ key: '01' });
    await sut.answered();
    sut.store.writeElsewhere('01');

    const [second, third] = [sut.append({ key: '01' }), sut.append({ key: '01' })];
    await sut.answered();

    expect([second, third].map(({ outcomes }) => outcomes)).toMatchObject([
      [{ how: 'stored', row: { rev: 3 } }],
      [{ how: 'stored', row: { rev: 4 } }],
    ]);
  });

  it('should answer a duplicate with the first row and store what came before and behind it', async () => {
    const sut = bench({}, { lanes: 1 });
    const first = sut.store.writeElsewhere('01', { sendId: 'a', kind: 'note', mark: undefined });

    const before = sut.append({ key: '01' });
    const other = sut.append({ key: '02' });
    const retry = sut.append({ key: '01', sendId: 'a' });
    const behind = sut.append({ key: '01' });
    await sut.answered();

    expect(before.outcomes).toMatchObject([{ how: 'stored', row: { rev: 2 } }]);
    expect(retry.outcomes).toEqual([{ how: 'alreadyStored', row: first }]);
    expect(behind.outcomes).toMatchObject([{ how: 'stored', row: { rev: 3 } }]);
    expect(other.outcomes).toMatchObject([{ how: 'stored', row: { rev: 1 } }]);
  });

  it('should go on with what waits behind a batch that held only a duplicate', async () => {
    const sut = bench({}, { maxBatch: 1 });
    sut.store.writeElsewhere('01', { sendId: 'a', kind: 'note', mark: undefined });

    sut.append({ key: '01', sendId: 'a' });
    const behind = sut.append({ key: '01' });
    await sut.answered();

    expect(behind.outcomes).toMatchObject([{ how: 'stored', row: { rev: 2 } }]);
  });

  it('should refuse one append alone', async () => {
    const sut = bench();

    sut.append({ key: '01' });
    const refused = sut.append({ key: '01', kind: 'take', mark: 'x' });
    sut.append({ key: '01' });
    await sut.answered();

    expect(refused.outcomes).toMatchObject([{ how: 'failed', error: expect.any(RefusedError) as unknown }]);
    expect(rowsOf(sut, '01')).toEqual([
      { id: 1, rev: 1 },
      { id: 3, rev: 2 },
    ]);
  });

  it('should not refuse on a state that another node has left behind', async () => {
    const sut = bench();
    sut.append({ key: '01' });
    await sut.answered();
    sut.store.writeElsewhere('01', { kind: 'put', mark: 'x' });

    const take = sut.append({ key: '01', kind: 'take', mark: 'x' });
    const behind = sut.append({ key: '01' });
    await sut.answered();

    expect(take.outcomes).toMatchObject([{ how: 'stored', row: { rev: 3 } }]);
    expect(behind.outcomes).toMatchObject([{ how: 'stored', row: { rev: 4 } }]);
  });

  it('should not say "nothing to do" on a state that another node has left behind', async () => {
    const sut = bench();
    sut.append({ key: '01', kind: 'put', mark: 'x' });
    await sut.answered();
    sut.store.writeElsewhere('01', { kind: 'take', mark: 'x' });

    const put = sut.append({ key: '01', kind: 'put', mark: 'x' });
    await sut.answered();

    expect(put.outcomes).toMatchObject([{ how: 'stored', row: { rev: 3 } }]);
  });

  it('should say "nothing to do" only when the row that makes it so is stored', async () => {
    const sut = bench();

    const first = sut.append({ key: '01', kind: 'put', mark: 'x' });
    const second = sut.append({ key: '01', kind: 'put', mark: 'x' });
    await vi.waitFor(() => expect(second.outcomes).toHaveLength(1), { interval: 1 });

    expect(second.outcomes).toEqual([{ how: 'nothing' }]);
    expect(first.outcomes).toMatchObject([{ how: 'stored', row: { rev: 1 } }]);
  });

  it('should keep the order of a key whose load failed between two tries', async () => {
    const sut = bench();
    const store = sut.store;
    const loads = vi.spyOn(store, 'load');
    let lose: () => void = () => undefined;
    vi.spyOn(store, 'insert').mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          lose = () => resolve({ stored: 0, refused: 'unknown', error: new Error('answer lost') });
        }),
    );
    const first = sut.append({ key: '01' });
    await vi.waitFor(() => expect(store.insert).toHaveBeenCalledOnce(), { interval: 1 });

    // While the fate of the first is being found out, the key is asked for and can't be loaded once.
    loads.mockRejectedValueOnce(new Error('load failed'));
    let release: () => void = () => undefined;
    const findStored = store.findStored.bind(store);
    vi.spyOn(store, 'findStored').mockImplementationOnce(async (rows) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return findStored(rows);
    });
    lose();
    await vi.waitFor(() => expect(store.findStored).toHaveBeenCalledOnce(), { interval: 1 });
    const failed = sut.append({ key: '01' });
    await vi.waitFor(() => expect(failed.outcomes).toHaveLength(1), { interval: 1 });
    const second = sut.append({ key: '01' });
    release();
    await sut.answered();

    expect(rowsOf(sut, '01')).toEqual([
      { id: first.id, rev: 1 },
      { id: second.id, rev: 2 },
    ]);
  });

  it('should keep a key that is in use loaded, however many others are', async () => {
    const sut = bench({}, { maxLoaded: 2, lanes: 1 });

    for (let i = 0; i < 5; i += 1) for (const key of ['01', '02', '03', '04']) sut.append({ key });
    await sut.answered();

    for (const key of ['01', '02', '03', '04']) {
      const ids = sut.store.log(key).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect(ids).toHaveLength(5);
    }
  });

  it('should fail what waits for a load that fails, and load anew for the next', async () => {
    const sut = bench({ loadFails: 1 });
    const failed = [sut.append({ key: '01' }), sut.append({ key: '01' })];
    const state = sut.committer.state('01');
    await expect(state).rejects.toThrow('load failed');
    expect(failed.map(({ outcomes }) => outcomes[0]?.how)).toEqual(['failed', 'failed']);
    sut.store.mishaps = NO_MISHAPS;

    const next = sut.append({ key: '01' });
    await sut.answered();

    expect(next.outcomes).toMatchObject([{ how: 'stored', row: { rev: 1 } }]);
  });

  it('should give up when the store stays silent past the deadline', async () => {
    const sut = bench({ lostAnswer: 1, findFails: 1 });

    const tried = sut.append({ key: '01' });
    await vi.waitFor(() => expect(sut.store.batches).toHaveLength(1), { interval: 1 });
    sut.nowMs = 2000;
    await sut.answered();

    expect(tried.outcomes).toMatchObject([{ how: 'failed', error: expect.any(UnavailableError) as unknown }]);
  });

  it('should refuse more than may wait, and take more when there is room again', async () => {
    const sut = bench({}, { maxWaiting: 3 });

    const tried = Array.from({ length: 5 }, () => sut.append({ key: '01' }));
    await sut.answered();
    const later = sut.append({ key: '01' });
    await sut.answered();

    expect(tried.map(({ outcomes }) => outcomes[0]?.how)).toEqual([
      'stored',
      'stored',
      'stored',
      'failed',
      'failed',
    ]);
    expect(later.outcomes).toMatchObject([{ how: 'stored', row: { rev: 4 } }]);
  });

  it('should let readers wait for the rows under way', async () => {
    const sut = bench();
    const first = sut.append({ key: '01' });
    await vi.waitFor(() => expect(first.lastDraftedOnRev).toBe(0), { interval: 1 });

    await sut.committer.settled('01', 1);

    expect(first.outcomes).toHaveLength(1);
    await sut.committer.settled('01', 99);
    await sut.committer.settled('unknown', 1);
  });

  it('should finish what it has taken before it closes, and take nothing more', async () => {
    const sut = bench({ otherNode: 0.3, lostAnswer: 0.3 });
    const tried = Array.from({ length: 50 }, (_, i) => sut.append({ key: `0${i % 3}` }));

    await sut.committer.close();

    expect(tried.filter(({ outcomes }) => outcomes.length !== 1)).toEqual([]);
    const late = sut.append({ key: '00' });
    expect(late.outcomes).toMatchObject([{ how: 'failed', error: expect.any(UnavailableError) as unknown }]);
  });

  const worlds: [string, Partial<Mishaps>, Partial<CommitterOptions>][] = [
    ['nothing going wrong', {}, {}],
    ['other nodes', { otherNode: 0.3 }, {}],
    ['lost answers', { lostAnswer: 0.2, findFails: 0.3 }, {}],
    ['everything going wrong', { otherNode: 0.2, lostAnswer: 0.15, loadFails: 0.1, findFails: 0.3 }, {}],
    ['room for few keys', { otherNode: 0.2, lostAnswer: 0.1, loadFails: 0.05 }, { maxLoaded: 2 }],
  ];

  for (const [world, mishaps, options] of worlds) {
    for (const seed of SeededRandom.seeds(12)) {
      it(`should keep every promise with ${world} (SEED=${seed})`, async () => {
        const random = new SeededRandom(seed);
        const sut = bench(mishaps, options, seed);

        for (let burst = 0; burst < 20; burst += 1) {
          for (let i = random.below(15); i >= 0; i -= 1) sut.append(randomAppend(random));
          for (let turns = random.below(6); turns > 0; turns -= 1)
            await new Promise((resolve) => setImmediate(resolve));
        }
        await sut.answered();

        assertPromises(sut, mishaps);
      });
    }
  }
});

function randomAppend(random: SeededRandom): Wanted {
  const key = random.pick(['01', '02', '03', '04', '05']);
  const kind = random.pick(['note', 'note', 'note', 'put', 'take'] as const);
  if (kind !== 'note') return { key, kind, mark: random.pick(['x', 'y']) };
  return { key, ...(random.chance(0.2) && { sendId: `send ${random.below(8)}` }) };
}

function assertPromises({ store, tried, told }: Bench, mishaps: Partial<Mishaps>): void {
  for (const one of tried) expect(one.outcomes, `append ${one.id}`).toHaveLength(1);
  const keys = [...new Set(tried.map(({ key }) => key))];
  for (const key of keys) {
    const rows = store.log(key);
    expect(rows.map(({ rev }) => rev)).toEqual(rows.map((_, i) => i + 1));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const sendIds = rows.flatMap(({ sendId }) => sendId ?? []);
    expect(new Set(sendIds).size).toBe(sendIds.length);
    const revsTold = told.filter((one) => one.key === key).map(({ rev }) => rev);
    expect(revsTold).toEqual(revsTold.toSorted((a, b) => a - b));
    const placed = tried.filter((one) => one.key === key).flatMap((one) => placeOf(rows, one) ?? []);
    expect(placed, 'the order of the calls').toEqual(placed.toSorted((a, b) => a - b));
  }
  for (const one of tried) assertAnswer(store.log(one.key), one, mishaps);
}

/** Where its own row is, of an append that was told so. */
function placeOf(rows: MemoryRow[], { id, outcomes: [outcome] }: Tried): number | undefined {
  if (outcome?.how !== 'stored' && outcome?.how !== 'alreadyStored') return undefined;
  return rows.find((row) => row.id === id)?.rev;
}

function assertAnswer(rows: MemoryRow[], one: Tried, mishaps: Partial<Mishaps>): void {
  const [outcome] = one.outcomes;
  switch (outcome?.how) {
    case 'stored':
      return expect(rows[outcome.row.rev - 1]).toMatchObject({ id: one.id, rev: outcome.row.rev });
    case 'alreadyStored':
      expect(rows[outcome.row.rev - 1]).toEqual(outcome.row);
      return expect(outcome.row.id === one.id || outcome.row.sendId === one.sendId).toBe(true);
    case 'nothing': {
      // True at some moment between the call and its answer, of what was stored then.
      const moments = Array.from(
        { length: one.lengthAfter - one.lengthBefore + 1 },
        (_, i) => one.lengthBefore + i,
      );
      return expect(moments.some((rev) => stateAt(rows, rev).marks.has(one.mark ?? ''))).toBe(true);
    }
    case 'failed':
      if (outcome.error instanceof RefusedError)
        return expect(one.lastDraftedOnRev).toBeGreaterThanOrEqual(one.lengthBefore);
      return expect(mishaps.loadFails).toBeGreaterThan(0);
    case undefined:
  }
}
