import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import type { CallRecord } from './call.record.js';
import { toRecord, toRow } from './call.row.js';
import { Call } from './call.schema.js';

/** What stood in the way of a write: a live call of the chat, of one of the people, or the same request. */
export type Obstacle = 'chat' | 'person' | 'request';

export type Written = 'stored' | 'outdated' | Obstacle;

@Injectable()
export class CallsRepository {
  constructor(@InjectModel(Call.name) private readonly calls: Model<Call>) {}

  newId(): string {
    return newObjectId().toHexString();
  }

  async insert(call: CallRecord): Promise<'stored' | Obstacle> {
    try {
      await this.calls.collection.insertOne(toRow(call));
      return 'stored';
    } catch (error) {
      return obstacleOf(error);
    }
  }

  /** Puts `next` in the place of the version before it, unless another has come there first. */
  async replace(next: CallRecord): Promise<Written> {
    const previous = { _id: toObjectId(next.id), version: next.version - 1 };
    try {
      const { matchedCount } = await this.calls.collection.replaceOne(previous, toRow(next));
      return matchedCount === 1 ? 'stored' : 'outdated';
    } catch (error) {
      return obstacleOf(error);
    }
  }

  async findById(id: string): Promise<CallRecord | null> {
    const row = await this.calls.findById(toObjectId(id)).lean<Call | null>();
    return row && toRecord(row);
  }

  /** The live call of a chat. */
  async findLiveIn(chatId: string): Promise<CallRecord | null> {
    const row = await this.calls.findOne({ isLive: true, chatId: toObjectId(chatId) }).lean<Call | null>();
    return row && toRecord(row);
  }

  /** The live calls of these chats. */
  async findLiveInAny(chatIds: readonly string[]): Promise<CallRecord[]> {
    const rows = await this.calls
      .find({ isLive: true, chatId: { $in: chatIds.map(toObjectId) } })
      .lean<Call[]>();
    return rows.map(toRecord);
  }

  /** Live calls in which any of these are rung or joined; at most one for each. */
  async findLiveOf(userIds: readonly string[]): Promise<CallRecord[]> {
    const rows = await this.calls
      .find({ isLive: true, busyUserIds: { $in: userIds.map(toObjectId) } })
      .lean<Call[]>();
    return rows.map(toRecord);
  }

  async findByRequest(key: string): Promise<CallRecord | null> {
    const row = await this.calls.findOne({ 'requests.key': key }).lean<Call | null>();
    return row && toRecord(row);
  }

  /** Frees a request's key that is past its time. */
  async releaseRequest(key: string, olderThan: Date): Promise<void> {
    await this.calls.updateOne(
      { 'requests.key': key, createdAt: { $lte: olderThan } },
      { $unset: { requests: 1 } },
    );
  }

  /** Calls under one key of `shownTo`, newest first. */
  async findShown(
    key: string,
    { after, limit }: { after: { createdAt: Date; id: string } | null; limit: number },
  ): Promise<CallRecord[]> {
    const behind = after && {
      createdAt: { $lte: after.createdAt },
      $or: [{ createdAt: { $lt: after.createdAt } }, { _id: { $lt: toObjectId(after.id) } }],
    };
    const rows = await this.calls
      .find({ shownTo: key, ...behind })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .lean<Call[]>();
    return rows.map(toRecord);
  }

  /** Live calls in which something should have happened by now. */
  async findDue(now: Date, limit: number): Promise<CallRecord[]> {
    const rows = await this.calls
      .find({ isLive: true, deadlineAt: { $lte: now } })
      .sort({ deadlineAt: 1 })
      .limit(limit)
      .lean<Call[]>();
    return rows.map(toRecord);
  }

  /** Live calls, page by page in the order of their chats. */
  async findLivePage(afterChatId: string | null, limit: number): Promise<CallRecord[]> {
    const after = toObjectId(afterChatId ?? '0'.repeat(24));
    const rows = await this.calls
      .find({ isLive: true, chatId: { $gt: after } })
      .sort({ chatId: 1 })
      .limit(limit)
      .lean<Call[]>();
    return rows.map(toRecord);
  }

  /** Calls that ended before `endedBefore` and of which their chats may not know. */
  async findUntraced(endedBefore: Date, limit: number): Promise<CallRecord[]> {
    const rows = await this.calls
      .find({ isTraced: false, endedAt: { $lte: endedBefore } })
      .sort({ endedAt: 1 })
      .limit(limit)
      .lean<Call[]>();
    return rows.map(toRecord);
  }

  async markTraced(id: string): Promise<void> {
    await this.calls.updateOne({ _id: toObjectId(id) }, { $set: { isTraced: true } });
  }
}

function obstacleOf(error: unknown): Obstacle {
  const keys = duplicateKeyOf(error);
  if (keys?.includes('chatId')) return 'chat';
  if (keys?.includes('busyUserIds')) return 'person';
  if (keys?.includes('requests.key')) return 'request';
  throw error;
}
