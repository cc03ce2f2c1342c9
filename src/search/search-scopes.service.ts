import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { Membership } from '../chats/chat-members.repository.js';
import { ChatLogRepository, type SeqRange } from '../chats/log/chat-log.repository.js';
import { visibleStretches } from '../chats/membership.js';
import type { SearchScope, SearchStretch } from './search-entries.repository.js';

/** How much the clocks of two nodes may differ: the bounds by time are wider than those by `seq` by so much. */
const SKEW_SECONDS = 60;
/** The last moment that an id can name. */
const END_OF_TIME = 0xffff_ffff;
/** A database merges up to 200 walks of an index into one order; each chat or stretch is one. */
const WALKS_PER_QUERY = 100;

/** What somebody may see, as the search index can be asked for it. */
@Injectable()
export class SearchScopes {
  /** When the message with this `seq` was made; that never changes. */
  private readonly madeAt = new LRUCache<string, number>({ max: 50_000 });

  constructor(private readonly log: ChatLogRepository) {}

  /** In parts, each small enough for one query. */
  async of(memberships: readonly Membership[]): Promise<SearchScope[]> {
    const chatIds: string[] = [];
    const cut: { chatId: string; range: SeqRange }[] = [];
    for (const membership of memberships) {
      const { chatId } = membership;
      const ranges = joined(visibleStretches(membership));
      const [first] = ranges;
      if (first && isWhole(first)) chatIds.push(chatId);
      else for (const range of ranges) cut.push({ chatId, range });
    }
    const stretches = await this.bounded(cut);
    const scopes: SearchScope[] = [];
    for (let from = 0; from < chatIds.length; from += WALKS_PER_QUERY)
      scopes.push({ chatIds: chatIds.slice(from, from + WALKS_PER_QUERY), stretches: [] });
    for (let from = 0; from < stretches.length; from += WALKS_PER_QUERY)
      scopes.push({ chatIds: [], stretches: stretches.slice(from, from + WALKS_PER_QUERY) });
    return scopes;
  }

  /** Gives each stretch its bounds by time, without which a walk would pass all that is not in it. */
  private async bounded(cut: { chatId: string; range: SeqRange }[]): Promise<SearchStretch[]> {
    await this.learn(cut.flatMap(({ chatId, range }) => endsOf(range).map((seq) => ({ chatId, seq }))));
    return cut.flatMap(({ chatId, range }): SearchStretch[] => {
      const { from, to } = range;
      const notBefore = from === 1 ? SKEW_SECONDS : this.madeAt.get(placeOf(chatId, from));
      // Nothing of it has been sent yet.
      if (notBefore === undefined) return [];
      const notAfter = this.madeAt.get(placeOf(chatId, to)) ?? END_OF_TIME - SKEW_SECONDS;
      return [{ chatId, from, to, notBefore: notBefore - SKEW_SECONDS, notAfter: notAfter + SKEW_SECONDS }];
    });
  }

  private async learn(places: { chatId: string; seq: number }[]): Promise<void> {
    const unknown = places.filter(({ chatId, seq }) => !this.madeAt.has(placeOf(chatId, seq)));
    for (const row of await this.log.findBySeqs(unknown)) {
      const place = placeOf(row.chatId.toHexString(), row.seq ?? 0);
      this.madeAt.set(place, row._id.getTimestamp().getTime() / 1000);
    }
  }
}

/** Holes up to this size cost less to pass than to walk around; what is in them is no answer all the same. */
const MAX_HOLE = 50;

/** Stretches with small holes between them, or before the first, as one. */
function joined(ranges: readonly SeqRange[]): SeqRange[] {
  const found: SeqRange[] = [];
  for (const { from, to } of ranges) {
    const last = found.at(-1);
    if (from - (last?.to ?? 0) > MAX_HOLE + 1) found.push({ from, to });
    else if (last) last.to = to;
    else found.push({ from: 1, to });
  }
  return found;
}

const isWhole = ({ from, to }: SeqRange) => from === 1 && to === Number.MAX_SAFE_INTEGER;
const placeOf = (chatId: string, seq: number) => `${chatId}:${seq}`;

function endsOf({ from, to }: SeqRange): number[] {
  return [...(from > 1 ? [from] : []), ...(to < Number.MAX_SAFE_INTEGER ? [to] : [])];
}
