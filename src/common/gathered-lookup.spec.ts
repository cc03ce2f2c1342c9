import { beforeEach, describe, expect, it } from 'vitest';

import { GatheredLookup } from './gathered-lookup.js';

describe('GatheredLookup', () => {
  let asked: string[][];
  let stored: Map<string, number>;
  let lookup: GatheredLookup<number>;

  beforeEach(() => {
    asked = [];
    stored = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    lookup = new GatheredLookup((keys) => {
      asked.push(keys);
      return Promise.resolve(new Map(stored));
    });
  });

  it('should ask once for all who ask in one turn, and answer each', async () => {
    const answers = await Promise.all(['a', 'b', 'a', 'c'].map((key) => lookup.get(key)));

    expect(answers).toEqual([1, 2, 1, undefined]);
    expect(asked).toEqual([['a', 'b', 'c']]);
  });

  it('should remember nothing', async () => {
    expect(await lookup.get('a')).toBe(1);
    stored.set('a', 7);

    expect(await lookup.get('a')).toBe(7);
  });

  it('should ask once for all who come while a query is under way, and show them what was written before', async () => {
    let goOn = () => {};
    const slow = new GatheredLookup<number>(async (keys) => {
      asked.push(keys);
      const seen = new Map(stored);
      if (asked.length === 1) await new Promise<void>((resolve) => (goOn = resolve));
      return seen;
    });
    const before = slow.get('a');
    await nextTurn();
    stored.set('a', 7);
    const meanwhile = [slow.get('a'), slow.get('b')];
    await nextTurn();
    expect(asked).toEqual([['a']]);

    goOn();

    expect(await before).toBe(1);
    expect(await Promise.all(meanwhile)).toEqual([7, 2]);
    expect(asked).toEqual([['a'], ['a', 'b']]);
  });

  it('should bound a query', async () => {
    const keys = Array.from({ length: 1001 }, (_, n) => String(n));

    await Promise.all(keys.map((key) => lookup.get(key)));

    expect(asked.map(({ length }) => length)).toEqual([500, 500, 1]);
  });

  it('should let more share where many come, and keep nobody waiting who comes alone', async () => {
    const pausing = new GatheredLookup<number>(
      (keys) => {
        asked.push(keys);
        return Promise.resolve(stored);
      },
      { ms: 50, crowd: 2 },
    );

    await pausing.get('a');
    await pausing.get('b');
    await Promise.all([pausing.get('a'), pausing.get('b')]);
    await Promise.all([pausing.get('c'), nextTurn().then(() => pausing.get('d'))]);

    expect(asked).toEqual([['a'], ['b'], ['a', 'b'], ['c', 'd']]);
  });

  it('should fail for all who have waited, and go on for others', async () => {
    let isDown = true;
    const failing = new GatheredLookup<number>((keys) => {
      asked.push(keys);
      return isDown ? nextTurn().then(() => Promise.reject(new Error('down'))) : Promise.resolve(stored);
    });
    const asking = [failing.get('a'), failing.get('b')];
    await nextTurn();
    asking.push(failing.get('c'));
    const all = await Promise.allSettled(asking);
    isDown = false;

    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toEqual([['a', 'b']]);
    expect(await failing.get('b')).toBe(2);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
