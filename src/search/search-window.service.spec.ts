import { describe, expect, it } from 'vitest';

import type { SearchEntriesRepository, SearchScope } from './search-entries.repository.js';
import type { SearchTerm } from './search-entry.schema.js';
import { SearchWindows } from './search-window.service.js';

const SCOPES: SearchScope[] = ['a', 'b', 'c'].map((chatId) => ({ chatIds: [chatId], stretches: [] }));

/** Counts what it is told to, and how many counts run at once. */
class Counts {
  readonly asked: [term: SearchTerm, limit: number][] = [];
  mostAtOnce = 0;
  private running = 0;

  constructor(private readonly perScope: Record<string, number>) {}

  async count(_scope: SearchScope, term: SearchTerm, limit: number): Promise<number> {
    this.asked.push([term, limit]);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    await Promise.resolve();
    this.running -= 1;
    return Math.min(this.perScope[term as string] ?? 0, limit);
  }
}

describe('SearchWindows', () => {
  const leadOf = async (counts: Counts, terms: string[]) => {
    const windows = new SearchWindows(counts as unknown as SearchEntriesRepository);
    return (await windows.plan(SCOPES, { terms, parts: [], prefix: null }, undefined)).lead;
  };

  it('should be led by the rarest word', async () => {
    expect(await leadOf(new Counts({ common: 500, rare: 3, other: 9 }), ['common', 'other', 'rare'])).toBe(
      'rare',
    );
    expect(await leadOf(new Counts({ common: 500, usual: 500 }), ['common', 'usual'])).toBe('common');
  });

  it('should count one after the other, and no further than it takes', async () => {
    const counts = new Counts({ common: 500, rare: 3, other: 9 });

    await leadOf(counts, ['common', 'rare', 'other']);

    expect(counts.mostAtOnce).toBe(1);
    expect(counts.asked).toEqual([
      ['common', 200],
      ['rare', 200],
      ['rare', 197],
      ['rare', 194],
      ['other', 9],
    ]);
  });

  it('should look no further where a word is nowhere', async () => {
    const counts = new Counts({ common: 500 });

    expect(await leadOf(counts, ['nowhere', 'common'])).toBe('nowhere');
    expect(counts.asked).toHaveLength(SCOPES.length);
  });
});
