import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import { StatusMute } from './status-mute.schema.js';

@Injectable()
export class StatusMutesRepository {
  constructor(@InjectModel(StatusMute.name) private readonly mutes: Model<StatusMute>) {}

  /** Answers whether it is new. */
  async insert(ownerId: string, userId: string): Promise<boolean> {
    const key = { ownerId: toObjectId(ownerId), userId: toObjectId(userId) };
    try {
      const update = { $setOnInsert: { _id: newObjectId() } };
      return (await this.mutes.updateOne(key, update, { upsert: true })).upsertedCount > 0;
    } catch (error) {
      if (duplicateKeyOf(error)) return false;
      throw error;
    }
  }

  /** Answers whether there was one. */
  async remove(ownerId: string, userId: string): Promise<boolean> {
    const key = { ownerId: toObjectId(ownerId), userId: toObjectId(userId) };
    return (await this.mutes.deleteOne(key)).deletedCount > 0;
  }

  count(ownerId: string): Promise<number> {
    return this.mutes.countDocuments({ ownerId: toObjectId(ownerId) });
  }

  async find(ownerId: string, limit: number): Promise<string[]> {
    const rows = await this.mutes
      .find({ ownerId: toObjectId(ownerId) }, { _id: 0, userId: 1 })
      .sort({ userId: 1 })
      .limit(limit)
      .lean<Pick<StatusMute, 'userId'>[]>();
    return rows.map(({ userId }) => userId.toHexString());
  }

  /** Which of these the owner has muted. */
  async findMuted(ownerId: string, userIds: readonly string[]): Promise<Set<string>> {
    if (userIds.length === 0) return new Set();
    const rows = await this.mutes
      .find({ ownerId: toObjectId(ownerId), userId: { $in: userIds.map(toObjectId) } }, { _id: 0, userId: 1 })
      .lean<Pick<StatusMute, 'userId'>[]>();
    return new Set(rows.map(({ userId }) => userId.toHexString()));
  }
}
