import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { idsBy, newObjectId, type ObjectId, toObjectId } from '../database/object-id.js';
import { findAtOnce } from '../database/read-at-once.js';

/** Somebody on a list of somebody. */
export interface SavedPerson {
  _id: ObjectId;
  /** Whose list it is. */
  ownerId: ObjectId;
  userId: ObjectId;
  createdAt: Date;
}

/** A list of people that each user keeps; its rows are unique by owner and person. */
export abstract class SavedPeopleRepository {
  protected constructor(protected readonly model: Model<SavedPerson>) {}

  /** `false` when they are on it already. */
  async add(ownerId: string, userId: string, createdAt: Date): Promise<boolean> {
    const row = {
      _id: newObjectId(),
      ownerId: toObjectId(ownerId),
      userId: toObjectId(userId),
      createdAt,
    };
    try {
      await this.model.create(row);
      return true;
    } catch (error) {
      if (duplicateKeyOf(error)) return false;
      throw error;
    }
  }

  async remove(ownerId: string, userId: string): Promise<boolean> {
    const pair = { ownerId: toObjectId(ownerId), userId: toObjectId(userId) };
    return (await this.model.deleteOne(pair)).deletedCount > 0;
  }

  /** The whole list of an owner. */
  async removeAllOf(ownerId: string): Promise<void> {
    await this.model.deleteMany({ ownerId: toObjectId(ownerId) });
  }

  /** Takes the user off the lists of these owners. */
  async removeFrom(ownerIds: readonly string[], userId: string): Promise<void> {
    await this.model.deleteMany({
      ownerId: { $in: ownerIds.map(toObjectId) },
      userId: toObjectId(userId),
    });
  }

  /** Also for somebody who is on the full list already. */
  async hasRoomFor(ownerId: string, userId: string, max: number): Promise<boolean> {
    const isFull = (await this.model.countDocuments({ ownerId: toObjectId(ownerId) })) >= max;
    return !isFull || (await this.findAmong(ownerId, [userId])).size > 0;
  }

  /** Ids of the people on the list, ascending. */
  async findPage(ownerId: string, page: { afterId: string | null; limit: number }): Promise<string[]> {
    const after = page.afterId !== null && { userId: { $gt: toObjectId(page.afterId) } };
    return this.idsOf({ ownerId: toObjectId(ownerId), ...after }, page.limit);
  }

  /** The whole lists of these owners. */
  async findAll(ownerIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.model
      .find({ ownerId: { $in: ownerIds.map(toObjectId) } }, { _id: 0, ownerId: 1, userId: 1 })
      .sort({ ownerId: 1, userId: 1 })
      .lean<Pick<SavedPerson, 'ownerId' | 'userId'>[]>();
    return idsBy(rows, ({ ownerId, userId }) => [ownerId, userId]);
  }

  /** Which of `ids` are on the list. */
  async findAmong(ownerId: string, ids: readonly string[]): Promise<Set<string>> {
    return new Set(await this.idsOf({ ownerId: toObjectId(ownerId), userId: { $in: ids.map(toObjectId) } }));
  }

  /** Which of `ownerIds` have the user on their list. */
  async findOwnersAmong(userId: string, ownerIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.model
      .find({ ownerId: { $in: ownerIds.map(toObjectId) }, userId: toObjectId(userId) }, { ownerId: 1 })
      .lean<Pick<SavedPerson, 'ownerId'>[]>();
    return new Set(rows.map(({ ownerId }) => ownerId.toHexString()));
  }

  /** Of these pairs those of which the owner has the user on their list, as `ownerId + userId`. */
  async findPairs(pairs: readonly { ownerId: string; userId: string }[]): Promise<Set<string>> {
    if (pairs.length === 0) return new Set();
    const $or = pairs.map(({ ownerId, userId }) => ({
      ownerId: toObjectId(ownerId),
      userId: toObjectId(userId),
    }));
    const rows = await this.model
      .find({ $or }, { _id: 0, ownerId: 1, userId: 1 })
      // Without it each pair is planned by itself, which takes longer than finding what it finds.
      .hint({ ownerId: 1, userId: 1 })
      .lean<Pick<SavedPerson, 'ownerId' | 'userId'>[]>();
    return new Set(rows.map(({ ownerId, userId }) => ownerId.toHexString() + userId.toHexString()));
  }

  /** Who has the user on their list, the earliest first. */
  async findOwners(userId: string, limit: number): Promise<string[]> {
    const rows = await this.model
      .find({ userId: toObjectId(userId) }, { _id: 0, ownerId: 1 })
      .limit(limit)
      .lean<Pick<SavedPerson, 'ownerId'>[]>();
    return rows.map(({ ownerId }) => ownerId.toHexString());
  }

  /** On whose lists these people are, by person; `null` where that is `limit` rows or more in all. */
  async findOwnersOfAll(userIds: readonly string[], limit: number): Promise<Map<string, string[]> | null> {
    const filter = { userId: { $in: userIds.map(toObjectId) } };
    const projection = { _id: 0, ownerId: 1, userId: 1 } as const;
    const rows = await findAtOnce(this.model, { filter, projection, limit });
    return rows.length < limit ? idsBy(rows, ({ ownerId, userId }) => [userId, ownerId]) : null;
  }

  private async idsOf(filter: object, limit = 0): Promise<string[]> {
    const rows = await this.model
      .find(filter, { _id: 0, userId: 1 })
      .sort({ userId: 1 })
      .limit(limit)
      .lean<Pick<SavedPerson, 'userId'>[]>();
    return rows.map(({ userId }) => userId.toHexString());
  }
}
