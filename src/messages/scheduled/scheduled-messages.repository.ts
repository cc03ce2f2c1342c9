import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../../database/object-id.js';
import type { ScheduledFailure, ScheduledPosition, ScheduledRecord } from './scheduled-message.record.js';
import { ScheduledMessage } from './scheduled-message.schema.js';

export type NewScheduled = Pick<
  ScheduledRecord,
  'senderId' | 'chatId' | 'clientMessageId' | 'createdAt' | 'sendAt' | 'content'
> & { contentHash: string };

/** One that was scheduled before under a client message id; `scheduled` is `null` where it was cancelled. */
export interface FirstScheduled {
  scheduled: ScheduledRecord | null;
  contentHash: string;
}

type FullRow = ScheduledMessage & Required<Pick<ScheduledMessage, 'sendAt' | 'content'>>;

/** States change by single conditional updates: of a cancellation and a sending at once, one wins. */
@Injectable()
export class ScheduledMessagesRepository {
  constructor(@InjectModel(ScheduledMessage.name) private readonly rows: Model<ScheduledMessage>) {}

  /** `null` when the sender has used the client message id in this chat. */
  async insert({ senderId, chatId, ...rest }: NewScheduled): Promise<ScheduledRecord | null> {
    const row: FullRow = {
      ...rest,
      _id: newObjectId(),
      senderId: toObjectId(senderId),
      chatId: toObjectId(chatId),
      state: 'pending',
      dueAt: rest.sendAt,
    };
    try {
      await this.rows.create(row);
      return toRecord(row);
    } catch (error) {
      if (duplicateKeyOf(error)?.includes('clientMessageId')) return null;
      throw error;
    }
  }

  async findBySend(
    senderId: string,
    chatId: string,
    clientMessageId: string,
  ): Promise<FirstScheduled | null> {
    const row = await this.rows
      .findOne({ senderId: toObjectId(senderId), chatId: toObjectId(chatId), clientMessageId })
      .lean<ScheduledMessage>();
    return row && { scheduled: isFull(row) ? toRecord(row) : null, contentHash: row.contentHash };
  }

  /** How many are on somebody's list, counted up to `limit`. */
  async countOf(senderId: string, limit: number): Promise<number> {
    return this.rows.countDocuments({ senderId: toObjectId(senderId), sendAt: ANY_TIME }, { limit });
  }

  /** By the time of sending. */
  async findPage(
    senderId: string,
    page: { after: ScheduledPosition | null; limit: number },
  ): Promise<ScheduledRecord[]> {
    const rows = await this.rows
      .find({ senderId: toObjectId(senderId), sendAt: ANY_TIME, ...(page.after && behind(page.after)) })
      .sort({ sendAt: 1, _id: 1 })
      .limit(page.limit)
      .lean<FullRow[]>();
    return rows.map(toRecord);
  }

  async findOwn(senderId: string, id: string): Promise<ScheduledRecord | null> {
    const row = await this.rows
      .findOne({ _id: toObjectId(id), senderId: toObjectId(senderId) })
      .lean<ScheduledMessage>();
    return row && isFull(row) ? toRecord(row) : null;
  }

  /** Empties it, unless it is being sent. Answers what it was, or `null`. */
  async cancel(senderId: string, id: string, purgeAt: Date): Promise<ScheduledRecord | null> {
    const row = await this.rows
      .findOneAndUpdate(
        { _id: toObjectId(id), senderId: toObjectId(senderId), state: { $in: ['pending', 'failed'] } },
        { $set: { state: 'cancelled', purgeAt }, $unset: { sendAt: 1, dueAt: 1, content: 1, failure: 1 } },
        { returnDocument: 'before' },
      )
      .lean<FullRow>();
    return row && toRecord(row);
  }

  /** Those that may be taken now, those wanted first in front. */
  async findDue(now: Date, limit: number): Promise<ScheduledRecord[]> {
    const rows = await this.rows
      .find({ dueAt: { $lte: now } })
      .sort({ dueAt: 1 })
      .limit(limit)
      .lean<FullRow[]>();
    return rows.map(toRecord).toSorted((a, b) => a.sendAt.getTime() - b.sendAt.getTime());
  }

  /** When the next one may be taken. */
  async findNextDue(): Promise<Date | null> {
    const row = await this.rows
      .findOne({ dueAt: { $exists: true } }, { _id: 0, dueAt: 1 })
      .sort({ dueAt: 1 })
      .lean<Pick<ScheduledMessage, 'dueAt'>>();
    return row?.dueAt ?? null;
  }

  /** Takes one that is due, for this node alone until `until`: `false` where another was faster, or it is gone. */
  async claim(id: string, { now, until }: { now: Date; until: Date }): Promise<boolean> {
    const { matchedCount } = await this.rows.updateOne(
      { _id: toObjectId(id), dueAt: { $lte: now } },
      { $set: { state: 'sending', dueAt: until } },
    );
    return matchedCount === 1;
  }

  async markFailed(id: string, failure: ScheduledFailure, purgeAt: Date): Promise<void> {
    await this.rows.updateOne(
      { _id: toObjectId(id), state: 'sending' },
      { $set: { state: 'failed', failure, purgeAt }, $unset: { dueAt: 1 } },
    );
  }

  /** Which of these files any message is to be sent with: one step in the index for each. */
  async findWaitingFiles(mediaIds: readonly string[]): Promise<Set<string>> {
    const found = await Promise.all(
      mediaIds.map((id) => this.rows.exists({ 'content.attachmentIds': id }).lean()),
    );
    return new Set(mediaIds.filter((_, index) => found[index] !== null));
  }

  async remove(id: string): Promise<void> {
    await this.rows.deleteOne({ _id: toObjectId(id) });
  }

  /** What is left of cancelled ones too. */
  async removeAllOf(senderId: string): Promise<void> {
    await this.rows.deleteMany({ senderId: toObjectId(senderId) });
  }

  /** Up to `limit` of those past their time. Answers how many. */
  async sweep(now: Date, limit: number): Promise<number> {
    const past = await this.rows
      .find({ purgeAt: { $lte: now } }, { _id: 1 })
      .sort({ purgeAt: 1 })
      .limit(limit)
      .lean<Pick<ScheduledMessage, '_id'>[]>();
    if (past.length > 0) await this.rows.deleteMany({ _id: { $in: past.map(({ _id }) => _id) } });
    return past.length;
  }
}

/** Those that are on a list; as a range it is answered by the index alone. */
const ANY_TIME = { $gt: new Date(0) };

function behind({ sendAt, id }: ScheduledPosition) {
  return {
    sendAt: { $gte: sendAt },
    $or: [{ sendAt: { $gt: sendAt } }, { sendAt, _id: { $gt: toObjectId(id) } }],
  };
}

function isFull(row: ScheduledMessage): row is FullRow {
  return row.sendAt !== undefined && row.content !== undefined;
}

function toRecord({ _id, senderId, chatId, ...row }: FullRow): ScheduledRecord {
  return {
    id: _id.toHexString(),
    senderId: senderId.toHexString(),
    chatId: chatId.toHexString(),
    clientMessageId: row.clientMessageId,
    state: row.state,
    createdAt: row.createdAt,
    sendAt: row.sendAt,
    content: row.content,
    ...(row.failure && { failure: row.failure }),
  };
}
