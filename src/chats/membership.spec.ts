import { describe, expect, it } from 'vitest';

import type { Membership } from './chat-members.repository.js';
import { isGone, lastVisibleRev, unreadStretches, visibleStretches, within } from './membership.js';

const END = Number.MAX_SAFE_INTEGER;

const membership = (rest: Partial<Membership>): Membership => ({
  chatId: 'chat',
  userId: 'user',
  role: 'member',
  isActive: true,
  joinedAt: new Date(0),
  spans: [{ fromSeq: 1, toSeq: null, toRev: null }],
  ...rest,
});

const past = { fromSeq: 1, toSeq: 5, toRev: 7 };
const laterPast = { fromSeq: 9, toSeq: 12, toRev: 20 };
const now = { fromSeq: 9, toSeq: null, toRev: null };

describe('membership', () => {
  it('should show the history to who was given it, and count as unread what came after', () => {
    const given = membership({ spans: [{ fromSeq: 1, unreadFromSeq: 9, toSeq: null, toRev: null }] });

    expect(visibleStretches(given)).toEqual([{ from: 1, to: END }]);
    expect(unreadStretches(given)).toEqual([{ from: 9, to: END }]);
    expect(unreadStretches(membership({ spans: [past, now] }))).toEqual(
      visibleStretches(membership({ spans: [past, now] })),
    );
  });

  const table: {
    name: string;
    given: Partial<Membership>;
    stretches: [number, number][];
    rev: number;
    gone: boolean;
  }[] = [
    { name: 'in since the start', given: {}, stretches: [[1, END]], rev: END, gone: false },
    { name: 'left', given: { isActive: false, spans: [past] }, stretches: [[1, 5]], rev: 7, gone: false },
    {
      name: 'back',
      given: { spans: [past, now] },
      stretches: [
        [1, 5],
        [9, END],
      ],
      rev: END,
      gone: false,
    },
    {
      name: 'left twice',
      given: { isActive: false, spans: [past, laterPast] },
      stretches: [
        [1, 5],
        [9, 12],
      ],
      rev: 20,
      gone: false,
    },
    {
      name: 'hid a chat that goes on',
      given: { hiddenUpToSeq: 3 },
      stretches: [[4, END]],
      rev: END,
      gone: false,
    },
    {
      name: 'left and deleted',
      given: { isActive: false, spans: [past], hiddenUpToSeq: 5 },
      stretches: [],
      rev: 7,
      gone: true,
    },
    {
      name: 'left before the first message and deleted',
      given: { isActive: false, spans: [{ fromSeq: 1, toSeq: 0, toRev: 2 }], hiddenUpToSeq: 0 },
      stretches: [],
      rev: 2,
      gone: true,
    },
    {
      name: 'deleted and back',
      given: { spans: [past, now], hiddenUpToSeq: 5 },
      stretches: [[9, END]],
      rev: END,
      gone: false,
    },
    {
      name: 'deleted, back and left again',
      given: { isActive: false, spans: [past, laterPast], hiddenUpToSeq: 5 },
      stretches: [[9, 12]],
      rev: 20,
      gone: false,
    },
  ];

  for (const { name, given, stretches, rev, gone } of table) {
    it(`should tell what is visible to who is ${name}`, () => {
      const one = membership(given);

      expect(visibleStretches(one).map(({ from, to }) => [from, to])).toEqual(stretches);
      expect(lastVisibleRev(one)).toBe(rev);
      expect(isGone(one)).toBe(gone);
    });
  }

  it('should cut stretches to a range, and drop what is outside', () => {
    const stretches = [
      { from: 1, to: 5 },
      { from: 9, to: 12 },
    ];

    expect(within(stretches, { from: 4, to: 9 })).toEqual([
      { from: 4, to: 5 },
      { from: 9, to: 9 },
    ]);
    expect(within(stretches, { from: 6, to: 8 })).toEqual([]);
  });
});
