import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';

import { Clock } from '../../common/clock.js';
import { toObjectId } from '../../database/object-id.js';
import { aggregateAtOnce } from '../../database/read-at-once.js';
import { ChatLogRow } from './chat-log.schema.js';
import { asOf } from './expiry.js';

/** The last row of a chat: its place, and the last message up to there. */
export interface LogEnd {
  rev: number;
  seq: number;
  at: Date;
}

/** Where the logs of many chats end, by one query: one step in the index per chat, however long the chats are. */
@Injectable()
export class LogEndsRepository {
  constructor(
    @InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>,
    private readonly clock: Clock,
  ) {}

  /** The last row of each chat; what has expired of it is a place without content, as everywhere. */
  async findLastRows(chatIds: string[]): Promise<Map<string, ChatLogRow>> {
    const found = await this.lastOf<{ row: ChatLogRow }>(chatIds, { row: '$$ROOT' });
    const nowMs = this.clock.nowMs();
    return new Map(found.map(({ _id, row }) => [_id.toHexString(), asOf(row, nowMs)]));
  }

  /** The same without the rows. */
  async findEnds(chatIds: string[]): Promise<Map<string, LogEnd>> {
    const fields = { rev: '$rev', seq: '$seq', lastSeq: '$lastSeq', at: '$createdAt' };
    const found = await this.lastOf<Omit<LogEnd, 'seq'> & { seq: number | null; lastSeq: number | null }>(
      chatIds,
      fields,
    );
    return new Map(
      found.map(({ _id, rev, seq, lastSeq, at }) => [
        _id.toHexString(),
        { rev, seq: seq ?? lastSeq ?? 0, at },
      ]),
    );
  }

  /** Their `rev` alone, straight from the index. */
  async findLastRevs(chatIds: string[]): Promise<Map<string, number>> {
    const found = await this.lastOf<{ rev: number }>(chatIds, { rev: '$rev' });
    return new Map(found.map(({ _id, rev }) => [_id.toHexString(), rev]));
  }

  private async lastOf<Fields>(
    chatIds: string[],
    fields: Record<keyof Fields, string>,
  ): Promise<(Fields & { _id: Types.ObjectId })[]> {
    if (chatIds.length === 0) return [];
    const first = Object.entries<string>(fields).map(([name, value]) => [name, { $first: value }]);
    const pipeline = [
      { $match: { chatId: { $in: chatIds.map(toObjectId) } } },
      { $sort: { chatId: -1, rev: -1 } },
      { $group: { _id: '$chatId', ...Object.fromEntries(first) } },
    ];
    return aggregateAtOnce(this.model, { pipeline, limit: chatIds.length });
  }
}
