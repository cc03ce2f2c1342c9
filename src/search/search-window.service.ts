import { Injectable } from '@nestjs/common';

import { toObjectId } from '../database/object-id.js';
import {
  type Candidate,
  SearchEntriesRepository,
  type SearchScope,
  type SearchTerms,
} from './search-entries.repository.js';
import type { SearchTerm } from './search-entry.schema.js';
import type { SearchQuery } from './search-query.js';

/** Entries looked at for one window, where a question has several words. */
const MAX_SCANNED = 1000;
/** Messages of one window: these are read and ranked. */
const MAX_HITS = 200;
/** A term that leads to fewer is as good as any. */
const MAX_COUNTED = 200;

/** The newest messages that may answer a question, up to a bound; older ones are the next window's. */
export interface SearchWindow {
  readonly hits: readonly Candidate[];
  /** Where the next one begins: what was made before this one. `null`: there is nothing more. */
  readonly nextBeforeId: string | null;
}

/** Finds windows of candidates. Its work is bounded, however common the words and however long the chats. */
@Injectable()
export class SearchWindows {
  constructor(private readonly entries: SearchEntriesRepository) {}

  /** What to look for, led by the rarest of the terms within these chats. */
  async plan(
    scopes: readonly SearchScope[],
    { terms, prefix }: SearchQuery,
    senderId: string | undefined,
  ): Promise<SearchTerms> {
    const all: SearchTerm[] = [...terms, ...(senderId === undefined ? [] : [toObjectId(senderId)])];
    const lead = all.length > 1 ? await this.rarest(scopes, all) : (all[0] as SearchTerm);
    return { lead, rest: all.filter((term) => term !== lead), prefix };
  }

  async find(
    scopes: readonly SearchScope[],
    terms: SearchTerms,
    beforeId: string | null,
  ): Promise<SearchWindow> {
    const isChecked = terms.rest.length > 0 || terms.prefix !== null;
    const limit = isChecked ? MAX_SCANNED : MAX_HITS;
    const found = await Promise.all(
      scopes.map((scope) => this.entries.findNewest(scope, terms, { beforeId, limit })),
    );
    const scanned = found
      .flat()
      .toSorted((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
    const hits = scanned.filter(({ isHit }) => isHit);
    if (hits.length > MAX_HITS) {
      const kept = hits.slice(0, MAX_HITS);
      return { hits: kept, nextBeforeId: kept.at(-1)?.id ?? null };
    }
    return { hits, nextBeforeId: scanned.length === limit ? (scanned.at(-1)?.id ?? null) : null };
  }

  /** One count after the other, each no further than the best one yet: a question is no burst of queries. */
  private async rarest(scopes: readonly SearchScope[], terms: readonly SearchTerm[]): Promise<SearchTerm> {
    let best = { term: terms[0] as SearchTerm, count: MAX_COUNTED };
    for (const term of terms) {
      const count = await this.countUpTo(best.count, scopes, term);
      if (count < best.count) best = { term, count };
      if (count === 0) break;
    }
    return best.term;
  }

  private async countUpTo(limit: number, scopes: readonly SearchScope[], term: SearchTerm): Promise<number> {
    let count = 0;
    for (const scope of scopes) {
      count += await this.entries.count(scope, term, limit - count);
      if (count >= limit) break;
    }
    return count;
  }
}
