import { describe, expect, it } from 'vitest';

import { toPollView } from './message-parts.view.js';

describe('toPollView', () => {
  const poll = {
    question: 'When?',
    multiple: true,
    options: [
      { id: 'a', text: 'Saturday' },
      { id: 'b', text: 'Sunday' },
    ],
  };
  const votes = {
    ann: { optionIds: ['a', 'b'], rev: 3 },
    bob: { optionIds: ['a'], rev: 2 },
  };

  it('should name all voters, the first one first', () => {
    expect(toPollView(poll, votes).options).toEqual([
      { id: 'a', text: 'Saturday', votes: 2, userIds: ['bob', 'ann'] },
      { id: 'b', text: 'Sunday', votes: 1, userIds: ['ann'] },
    ]);
  });

  it('should count all and name one where only that one is asked for', () => {
    expect(toPollView(poll, votes, 'bob').options).toEqual([
      { id: 'a', text: 'Saturday', votes: 2, userIds: ['bob'] },
      { id: 'b', text: 'Sunday', votes: 1, userIds: [] },
    ]);
  });
});
