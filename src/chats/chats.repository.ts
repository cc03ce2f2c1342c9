import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, mongo } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import { updateEach } from '../database/update-each.js';
import { Chat } from './chat.schema.js';
import {
  type ChatInfo,
  type ChatProfile,
  type ChatSettings,
  DEFAULT_SETTINGS,
  NO_INFO,
} from './log/chat-profile.js';
import type { ChatType } from './log/chat-state.js';

/** A chat as `chats` has it: what is fixed about it, and what its log adds up to. */
export interface ChatRecord {
  id: string;
  type: ChatType;
  profile: ChatProfile;
  createdBy: string;
  createdAt: Date;
  projectedRev: number;
  memberCount: number;
  lastActivityAt: Date;
}

export interface NewChat {
  type: ChatType;
  createdBy: string;
  createdAt: Date;
  title?: string;
  directKey?: string;
  creationKey?: string;
}

/** How far a chat has come. */
export interface WatermarkMove {
  chatId: string;
  projectedRev: number;
  /** Absent where its place in lists stays. */
  lastActivityAt?: Date;
}

@Injectable()
export class ChatsRepository {
  constructor(@InjectModel(Chat.name) private readonly model: Model<Chat>) {}

  /** The new chat, or the one that stands in its place already (same pair, same creation key). */
  async insertOrFind({
    directKey,
    creationKey,
    title,
    ...chat
  }: NewChat): Promise<{ chat: ChatRecord; isNew: boolean }> {
    // The driver stores what is `undefined` as null, of which a unique index admits one.
    const key = { ...(directKey && { directKey }), ...(creationKey && { creationKey }) };
    const row: Chat = {
      ...chat,
      ...key,
      _id: newObjectId(),
      ...(title !== undefined && { info: { ...NO_INFO, title } }),
      createdBy: toObjectId(chat.createdBy),
      projectedRev: 0,
      memberCount: 0,
      lastActivityAt: chat.createdAt,
    };
    try {
      await this.model.collection.insertOne(row);
      return { chat: toRecord(row), isNew: true };
    } catch (error) {
      if (!duplicateKeyOf(error)) throw error;
    }
    const existing = await this.model.findOne(key).lean<Chat>().orFail();
    return { chat: toRecord(existing), isNew: false };
  }

  async findById(chatId: string): Promise<ChatRecord | null> {
    const row = await this.model.findById(toObjectId(chatId)).lean<Chat | null>();
    return row && toRecord(row);
  }

  async findByIds(chatIds: string[]): Promise<ChatRecord[]> {
    const rows = await this.model.find({ _id: { $in: chatIds.map(toObjectId) } }).lean<Chat[]>();
    return rows.map(toRecord);
  }

  /** Ids of all chats, ascending. */
  async findIdsAfter(afterId: string | null, limit: number): Promise<string[]> {
    const after = afterId === null ? {} : { _id: { $gt: toObjectId(afterId) } };
    const rows = await this.model
      .find(after, { _id: 1 })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<Pick<Chat, '_id'>[]>();
    return rows.map(({ _id }) => _id.toHexString());
  }

  async hasCreationKey(creationKey: string): Promise<boolean> {
    return (await this.model.findOne({ creationKey }, { _id: 1 }).lean()) !== null;
  }

  /** Frees a creation key that is past its time. */
  async releaseCreationKey(creationKey: string, olderThan: Date): Promise<boolean> {
    const filter = { creationKey, createdAt: { $lt: olderThan } };
    const { modifiedCount } = await this.model.updateOne(filter, { $unset: { creationKey: 1 } });
    return modifiedCount > 0;
  }

  /** As it is after the change at `rev`; a second time, or after a later one, nothing happens. */
  async setInfo(chatId: string, rev: number, info: ChatInfo): Promise<void> {
    const filter = { _id: toObjectId(chatId), infoRev: { $not: { $gte: rev } } };
    await this.model.updateOne(filter, { $set: { info, infoRev: rev } });
  }

  /** As `setInfo`. */
  async setSettings(chatId: string, rev: number, settings: ChatSettings): Promise<void> {
    const filter = { _id: toObjectId(chatId), settingsRev: { $not: { $gte: rev } } };
    await this.model.updateOne(filter, { $set: { settings, settingsRev: rev } });
  }

  /** Marks a change as worked into `chat_members`, together with what a chat list shows of it. */
  async markProjected(
    chatId: string,
    { rev, memberCount, at }: { rev: number; memberCount?: number; at: Date },
  ): Promise<void> {
    await this.model.updateOne(
      { _id: toObjectId(chatId), projectedRev: { $lt: rev } },
      {
        $set: { projectedRev: rev, ...(memberCount !== undefined && { memberCount }) },
        $max: { lastActivityAt: at },
      },
    );
  }

  /**
   * Moves watermarks forward, never back. Not journaled for its own sake: after a crash they are worked
   * out of the log again.
   */
  async moveWatermarks(moves: WatermarkMove[]): Promise<void> {
    const chats = this.model.collection as unknown as mongo.Collection<Chat>;
    const steps = moves.map(({ chatId, ...step }) => ({ id: toObjectId(chatId), step }));
    const furthest = (field: keyof WatermarkMove) => ({ $max: [`$${field}`, `$$step.${field}`] });
    const marks = { projectedRev: furthest('projectedRev'), lastActivityAt: furthest('lastActivityAt') };
    await updateEach(
      chats,
      steps,
      { $mergeObjects: ['$$ROOT', marks] },
      { writeConcern: { w: 1, journal: false } },
    );
  }
}

function toRecord({ _id, createdBy, info, settings, ...row }: Chat): ChatRecord {
  const { type, createdAt, projectedRev, memberCount, lastActivityAt } = row;
  const id = _id.toHexString();
  const profile = { info: { ...NO_INFO, ...info }, settings: { ...DEFAULT_SETTINGS, ...settings } };
  return {
    id,
    type,
    profile,
    createdBy: createdBy.toHexString(),
    createdAt,
    projectedRev,
    memberCount,
    lastActivityAt,
  };
}
