import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { SearchProgress } from './search-progress.schema.js';

@Injectable()
export class SearchProgressRepository {
  constructor(@InjectModel(SearchProgress.name) private readonly model: Model<SearchProgress>) {}

  /** By chat id; 0 for a chat of which nothing is in the index. */
  async find(chatIds: readonly string[]): Promise<Map<string, number>> {
    const found = await this.model
      .find({ _id: { $in: chatIds.map(toObjectId) } })
      .readConcern('local')
      .lean<SearchProgress[]>();
    const revs = new Map(chatIds.map((chatId) => [chatId, 0]));
    for (const { _id, rev } of found) revs.set(_id.toHexString(), rev);
    return revs;
  }

  /**
   * Forward, never back. Not journaled for its own sake: what a crash takes is worked in again, and it
   * never takes entries that were written before and leaves this.
   */
  async advance(revs: ReadonlyMap<string, number>): Promise<void> {
    if (revs.size === 0) return;
    const writes = [...revs].map(([chatId, rev]) => ({
      updateOne: { filter: { _id: toObjectId(chatId) }, update: { $max: { rev } }, upsert: true },
    }));
    await this.model.collection.bulkWrite(writes, {
      ordered: false,
      writeConcern: { w: 1, journal: false },
    });
  }
}
