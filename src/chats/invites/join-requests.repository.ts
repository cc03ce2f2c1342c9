import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../../database/object-id.js';
import { ChatJoinRequest } from './join-request.schema.js';

export interface JoinRequest {
  userId: string;
  createdAt: Date;
}

/** As the one sees it who waits. */
export interface OwnJoinRequest {
  chatId: string;
  createdAt: Date;
}

@Injectable()
export class JoinRequestsRepository {
  constructor(@InjectModel(ChatJoinRequest.name) private readonly model: Model<ChatJoinRequest>) {}

  /** `false` when they wait already. */
  async add(chatId: string, userId: string, inviteId: string, createdAt: Date): Promise<boolean> {
    const ids = { chatId: toObjectId(chatId), userId: toObjectId(userId), inviteId: toObjectId(inviteId) };
    const row = { _id: newObjectId(), ...ids, createdAt };
    try {
      await this.model.collection.insertOne(row);
      return true;
    } catch (error) {
      if (duplicateKeyOf(error)) return false;
      throw error;
    }
  }

  async has(chatId: string, userId: string): Promise<boolean> {
    const pair = { chatId: toObjectId(chatId), userId: toObjectId(userId) };
    return (await this.model.findOne(pair, { _id: 1 }).lean()) !== null;
  }

  /** By user id. */
  async findPage(chatId: string, afterUserId: string | null, limit: number): Promise<JoinRequest[]> {
    const after = afterUserId !== null && { userId: { $gt: toObjectId(afterUserId) } };
    const rows = await this.model
      .find({ chatId: toObjectId(chatId), ...after }, { _id: 0, userId: 1, createdAt: 1 })
      .sort({ userId: 1 })
      .limit(limit)
      .lean<Pick<ChatJoinRequest, 'userId' | 'createdAt'>[]>();
    return rows.map(({ userId, createdAt }) => ({ userId: userId.toHexString(), createdAt }));
  }

  /** For the one who ends the waiting what it was, for all others `null`. */
  async remove(chatId: string, userId: string): Promise<{ inviteId: string | null } | null> {
    const pair = { chatId: toObjectId(chatId), userId: toObjectId(userId) };
    const row = await this.model.findOneAndDelete(pair).lean<ChatJoinRequest | null>();
    return row && { inviteId: row.inviteId?.toHexString() ?? null };
  }

  /** Where somebody waits, by chat, behind `after`. */
  async findOfBehind(userId: string, after: string | null, limit: number): Promise<OwnJoinRequest[]> {
    const behind = after !== null && { chatId: { $gt: toObjectId(after) } };
    const rows = await this.model
      .find({ userId: toObjectId(userId), ...behind }, { _id: 0, chatId: 1, createdAt: 1 })
      .sort({ chatId: 1 })
      .limit(limit)
      .lean<Pick<ChatJoinRequest, 'chatId' | 'createdAt'>[]>();
    return rows.map(({ chatId, createdAt }) => ({ chatId: chatId.toHexString(), createdAt }));
  }

  async removeAllOf(userId: string): Promise<void> {
    await this.model.deleteMany({ userId: toObjectId(userId) });
  }

  /** Of these people those who wait. */
  async findAmong(chatId: string, userIds: readonly string[]): Promise<string[]> {
    const rows = await this.model
      .find({ chatId: toObjectId(chatId), userId: { $in: userIds.map(toObjectId) } }, { _id: 0, userId: 1 })
      .lean<Pick<ChatJoinRequest, 'userId'>[]>();
    return rows.map(({ userId }) => userId.toHexString());
  }
}
