import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../../database/object-id.js';
import { findAtOnce } from '../../database/read-at-once.js';
import { MessageMark } from './message-mark.schema.js';

/** A mark that no `me` rev tells of yet comes with every sync. */
export const UNTOLD = Number.MAX_SAFE_INTEGER;

/** A crash leaves a few of them behind; whoever is not told of one now is told at the next sync. */
const MAX_UNTOLD = 1000;

export type MarkField = 'starredAt' | 'deletedAt';

/** Whose mark of which message. */
export interface MarkKey {
  userId: string;
  messageId: string;
}

export interface StarredMark {
  messageId: string;
  starredAt: Date;
}

/** All that one person has made of one message for themselves. */
export interface MarkRecord {
  messageId: string;
  chatId: string;
  starredAt?: Date;
  deletedAt?: Date;
}

export interface DeletedMark {
  messageId: string;
  chatId: string;
  rev: number;
}

@Injectable()
export class MessageMarksRepository {
  constructor(@InjectModel(MessageMark.name) private readonly marks: Model<MessageMark>) {}

  /** Answers whether there is something to tell: it is new, or an earlier try ended in between. */
  async set(key: MarkKey, chatId: string, field: MarkField, at: Date): Promise<boolean> {
    const filter = toFilter(key);
    try {
      const result = await this.marks.updateOne(
        { ...filter, [field]: { $exists: false } },
        {
          $set: { [field]: at, rev: UNTOLD },
          // What one has deleted is nothing to find again.
          ...(field === 'deletedAt' && { $unset: { starredAt: 1 as const } }),
          $setOnInsert: { _id: newObjectId(), chatId: toObjectId(chatId) },
        },
        { upsert: true },
      );
      return result.matchedCount + result.upsertedCount > 0;
    } catch (error) {
      if (!duplicateKeyOf(error)) throw error;
      return this.isUntold(key);
    }
  }

  /** Answers as `set`. */
  async unset(key: MarkKey, field: MarkField): Promise<boolean> {
    const { matchedCount } = await this.marks.updateOne(
      { ...toFilter(key), [field]: { $exists: true } },
      { $unset: { [field]: 1 }, $set: { rev: UNTOLD } },
    );
    return matchedCount > 0 || this.isUntold(key);
  }

  /** Never back: of two changes at once the later rev tells of both. */
  async told(key: MarkKey, rev: number): Promise<void> {
    await this.marks.updateOne(
      { ...toFilter(key), $or: [{ rev: UNTOLD }, { rev: { $lt: rev } }] },
      { $set: { rev } },
    );
  }

  /** Which of these messages the user has starred. */
  async findStarredAmong(userId: string, messageIds: readonly string[]): Promise<Set<string>> {
    if (messageIds.length === 0) return new Set();
    const rows = await this.marks
      .find(
        {
          userId: toObjectId(userId),
          messageId: { $in: messageIds.map(toObjectId) },
          starredAt: { $exists: true },
        },
        { _id: 0, messageId: 1 },
      )
      .lean<Pick<MessageMark, 'messageId'>[]>();
    return new Set(rows.map(({ messageId }) => messageId.toHexString()));
  }

  /** The latest first. */
  async findStarred(userId: string, after: StarredMark | null, limit: number): Promise<StarredMark[]> {
    const behind = after && {
      $or: [
        { starredAt: { $lt: after.starredAt } },
        { starredAt: after.starredAt, messageId: { $lt: toObjectId(after.messageId) } },
      ],
    };
    const rows = await this.marks
      .find(
        {
          userId: toObjectId(userId),
          starredAt: { $exists: true, ...(after && { $lte: after.starredAt }) },
          ...behind,
        },
        { _id: 0, messageId: 1, starredAt: 1 },
      )
      .sort({ starredAt: -1, messageId: -1 })
      .limit(limit)
      .lean<{ messageId: Types.ObjectId; starredAt: Date }[]>();
    return rows.map(({ messageId, starredAt }) => ({ messageId: messageId.toHexString(), starredAt }));
  }

  /** Somebody's stars in one chat, by message, behind `after`. */
  async findStarredIn(
    userId: string,
    chatId: string,
    after: string | null,
    limit: number,
  ): Promise<string[]> {
    const behind = after !== null && { messageId: { $gt: toObjectId(after) } };
    const rows = await this.marks
      .find(
        {
          userId: toObjectId(userId),
          chatId: toObjectId(chatId),
          ...behind,
          starredAt: { $exists: true },
        },
        { _id: 0, messageId: 1 },
      )
      .sort({ messageId: 1 })
      .limit(limit)
      .lean<Pick<MessageMark, 'messageId'>[]>();
    return rows.map(({ messageId }) => messageId.toHexString());
  }

  /** As `unset` of stars, of many; whoever calls moves the `me` rev. */
  async unstar(userId: string, messageIds: readonly string[]): Promise<void> {
    await this.marks.updateMany(
      {
        userId: toObjectId(userId),
        messageId: { $in: messageIds.map(toObjectId) },
        starredAt: { $exists: true },
      },
      { $unset: { starredAt: 1 } },
    );
  }

  /** Nobody's star is left on these messages. */
  async forgetStars(messageIds: readonly string[]): Promise<void> {
    const starred = { messageId: { $in: messageIds.map(toObjectId) }, starredAt: { $exists: true } };
    await this.marks.deleteMany({ ...starred, deletedAt: { $exists: false } });
    await this.marks.updateMany(starred, { $unset: { starredAt: 1 } });
  }

  /** Messages that the user deleted for themselves behind a `me` rev, in its order. */
  async findDeletedAfter(userId: string, rev: number, limit: number): Promise<DeletedMark[]> {
    const rows = await this.marks
      .find(
        { userId: toObjectId(userId), deletedAt: { $exists: true }, rev: { $gt: rev } },
        { _id: 0, messageId: 1, chatId: 1, rev: 1 },
      )
      .sort({ rev: 1, messageId: 1 })
      .limit(limit)
      .lean<Pick<MessageMark, 'messageId' | 'chatId' | 'rev'>[]>();
    return rows.map((row) => ({
      messageId: row.messageId.toHexString(),
      chatId: row.chatId.toHexString(),
      rev: row.rev,
    }));
  }

  /** Messages that these users deleted for themselves and that no `me` rev tells of yet, by user. */
  async findUntold(userIds: readonly string[]): Promise<Map<string, DeletedMark[]>> {
    const filter = {
      userId: { $in: userIds.map(toObjectId) },
      rev: UNTOLD,
      deletedAt: { $exists: true },
    };
    const projection = { _id: 0, userId: 1, messageId: 1, chatId: 1 } as const;
    const rows = await findAtOnce(this.marks, { filter, projection, limit: MAX_UNTOLD });
    const byUser = new Map<string, DeletedMark[]>();
    for (const { userId, messageId, chatId } of rows) {
      const mark = { messageId: messageId.toHexString(), chatId: chatId.toHexString(), rev: UNTOLD };
      const id = userId.toHexString();
      byUser.set(id, [...(byUser.get(id) ?? []), mark]);
    }
    return byUser;
  }

  /** All of somebody's, by message, behind `after`. */
  async findBehind(userId: string, after: string | null, limit: number): Promise<MarkRecord[]> {
    const behind = after !== null && { messageId: { $gt: toObjectId(after) } };
    const rows = await this.marks
      .find({ userId: toObjectId(userId), ...behind }, { _id: 0, userId: 0, rev: 0 })
      .sort({ messageId: 1 })
      .limit(limit)
      .lean<Omit<MessageMark, '_id' | 'userId' | 'rev'>[]>();
    return rows.map(({ messageId, chatId, ...marks }) => ({
      messageId: messageId.toHexString(),
      chatId: chatId.toHexString(),
      ...marks,
    }));
  }

  async removeAllOf(userId: string): Promise<void> {
    await this.marks.deleteMany({ userId: toObjectId(userId) });
  }

  private async isUntold(key: MarkKey): Promise<boolean> {
    return (await this.marks.findOne({ ...toFilter(key), rev: UNTOLD }, { _id: 1 }).lean()) !== null;
  }
}

function toFilter({ userId, messageId }: MarkKey) {
  return { userId: toObjectId(userId), messageId: toObjectId(messageId) };
}
