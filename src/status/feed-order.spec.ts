import { describe, expect, it } from 'vitest';

import { type FeedGroup, isBehind, orderFeed } from './feed-order.js';

const at = (ms: number) => new Date(ms);
const heads = [
  { id: 'a1', userId: 'ann', createdAt: at(10) },
  { id: 'a2', userId: 'ann', createdAt: at(20) },
  { id: 'b1', userId: 'bob', createdAt: at(30) },
  { id: 'c1', userId: 'cleo', createdAt: at(40) },
  { id: 'd1', userId: 'dan', createdAt: at(50) },
];
const nobody = new Set<string>();
const users = (groups: FeedGroup[]) => groups.map(({ userId }) => userId);

describe('orderFeed', () => {
  it('should put the unseen first, the latest of them first, and the muted last', () => {
    const seen = new Map([
      ['c1', at(60)],
      ['a1', at(60)],
    ]);

    const groups = orderFeed(heads, { seen, muted: new Set(['dan']), asOf: at(100) });

    expect(users(groups)).toEqual(['bob', 'ann', 'cleo', 'dan']);
  });

  it('should give each group its statuses, oldest first', () => {
    const [ann] = orderFeed(heads.slice(0, 2).toReversed(), {
      seen: new Map(),
      muted: nobody,
      asOf: at(100),
    });

    expect(ann).toMatchObject({ statusIds: ['a1', 'a2'], latestMs: 20 });
  });

  it('should not move for what happened after its moment', () => {
    const before = orderFeed(heads, { seen: new Map(), muted: nobody, asOf: at(45) });
    const after = orderFeed(heads, { seen: new Map([['c1', at(46)]]), muted: nobody, asOf: at(45) });

    expect(users(before)).toEqual(['cleo', 'bob', 'ann']);
    expect(after).toEqual(before);
  });
});

describe('isBehind', () => {
  it('should cut the order into pages without a gap or a double', () => {
    const groups = orderFeed(heads, { seen: new Map([['b1', at(60)]]), muted: nobody, asOf: at(100) });

    for (const [index, group] of groups.entries()) {
      expect(groups.filter((other) => isBehind(other, group))).toEqual(groups.slice(index + 1));
    }
  });
});
