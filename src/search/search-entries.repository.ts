import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, Types } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { toObjectId } from '../database/object-id.js';
import { SearchEntry, type SearchTerm } from './search-entry.schema.js';

/** Where to look: whole chats, and stretches of chats of which only a part is the searcher's to see. */
export interface SearchScope {
  readonly chatIds: readonly string[];
  readonly stretches: readonly SearchStretch[];
}

export interface SearchStretch {
  readonly chatId: string;
  readonly from: number;
  readonly to: number;
  /** Seconds since the epoch within which its messages were made; generous. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What to look for: `lead` finds the entries, the rest is checked on each. */
export interface SearchTerms {
  readonly lead: SearchTerm;
  readonly rest: readonly SearchTerm[];
  readonly prefix: string | null;
}

export interface Candidate {
  id: string;
  chatId: string;
  seq: number;
  /** It has the other terms too. */
  isHit: boolean;
}

const LAST_CHARACTER = '\u{10FFFF}';
const UNJOURNALED = { writeConcern: { w: 1, journal: false } } as const;

/** The search index. Written without waiting for the journal: all of it can be worked out of the logs again. */
@Injectable()
export class SearchEntriesRepository {
  constructor(@InjectModel(SearchEntry.name) private readonly model: Model<SearchEntry>) {}

  private get entries(): mongo.Collection<SearchEntry> {
    return this.model.collection as unknown as mongo.Collection<SearchEntry>;
  }

  /** Entries of new messages. One that is there already is as new or newer, and stays. */
  async add(entries: SearchEntry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.entries.insertMany(entries, { ordered: false, ...UNJOURNALED });
    } catch (error) {
      if (!duplicateKeyOf(error)) throw error;
    }
  }

  /** Entries of messages that have changed, where they are newer than what is there. */
  async replace(entries: SearchEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const writes = entries.map(({ _id, ...entry }) => ({
      updateOne: { filter: { _id, rev: { $lt: entry.rev } }, update: { $set: entry }, upsert: true },
    }));
    try {
      await this.entries.bulkWrite(writes, { ordered: false, ...UNJOURNALED });
    } catch (error) {
      // One that is newer does not match, and its insert is refused.
      if (!duplicateKeyOf(error)) throw error;
    }
  }

  /** Of messages that have disappeared. */
  async remove(messageIds: readonly string[]): Promise<void> {
    await this.entries.deleteMany({ _id: { $in: messageIds.map(toObjectId) } });
  }

  /** How many entries a term leads to, counted no further than `limit`. */
  async count(scope: SearchScope, term: SearchTerm, limit: number): Promise<number> {
    const found = await this.entries
      .find(filterOf(scope, term, null), { readConcern: { level: 'local' } })
      .project({ _id: 1 })
      .limit(limit)
      .toArray();
    return found.length;
  }

  /** The newest entries made before `beforeId`. Looks at no more than it answers, and a step per chat. */
  async findNewest(
    scope: SearchScope,
    { lead, rest, prefix }: SearchTerms,
    { beforeId, limit }: { beforeId: string | null; limit: number },
  ): Promise<Candidate[]> {
    const isHit = {
      $and: [{ $setIsSubset: [{ $literal: rest }, '$terms'] }, prefix === null ? true : hasWordLike(prefix)],
    };
    const found = await this.entries
      .find(filterOf(scope, lead, beforeId), { readConcern: { level: 'local' } })
      .sort({ _id: -1 })
      .limit(limit)
      .project<{ _id: Types.ObjectId; chatId: Types.ObjectId; seq: number; isHit: boolean }>({
        chatId: 1,
        seq: 1,
        isHit,
      })
      .toArray();
    return found.map((row) => ({ ...row, id: row._id.toHexString(), chatId: row.chatId.toHexString() }));
  }
}

function filterOf(scope: SearchScope, term: SearchTerm, beforeId: string | null): mongo.Filter<SearchEntry> {
  const before = beforeId === null ? {} : { $lt: toObjectId(beforeId) };
  const stretches = scope.stretches.map(({ chatId, from, to, notBefore, notAfter }) => ({
    chatId: toObjectId(chatId),
    terms: term,
    _id: {
      $gte: Types.ObjectId.createFromTime(notBefore),
      $lte: Types.ObjectId.createFromTime(notAfter),
      ...before,
    },
    seq: { $gte: from, $lte: to },
  }));
  if (scope.chatIds.length === 0) return { $or: stretches };
  const whole = {
    chatId: { $in: scope.chatIds.map(toObjectId) },
    terms: term,
    ...(beforeId !== null && { _id: before }),
  };
  return stretches.length === 0 ? whole : { $or: [whole, ...stretches] };
}

/** Words are compared as values: nothing of what somebody typed is ever read as an operator or a pattern. */
function hasWordLike(prefix: string) {
  const isLike = {
    $and: [
      { $gte: ['$$term', { $literal: prefix }] },
      { $lt: ['$$term', { $literal: prefix + LAST_CHARACTER }] },
    ],
  };
  return { $anyElementTrue: [{ $map: { input: '$terms', as: 'term', in: isLike } }] };
}
