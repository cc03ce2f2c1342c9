import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import type { PrivacySettings } from './privacy-policy.js';
import { User } from './user.schema.js';

/** Privacy settings, which are part of the user so that they change together with the `me` rev. */
@Injectable()
export class PrivacyRepository {
  constructor(@InjectModel(User.name) private readonly users: Model<User>) {}

  /** Changes settings and rev in one write; answers all that is set then, `null` when there is no such user. */
  async update(id: string, change: Partial<PrivacySettings>): Promise<Partial<PrivacySettings> | null> {
    const entries = Object.entries(change).map(([key, value]) => [`privacy.${key}`, value]);
    const update = entries.length > 0 ? { $set: Object.fromEntries(entries), $inc: { rev: 1 } } : {};
    const user = await this.users
      .findOneAndUpdate({ _id: toObjectId(id), deletedAt: null }, update, {
        returnDocument: 'after',
        projection: { privacy: 1 },
      })
      .lean<Pick<User, 'privacy'>>();
    return user && (user.privacy ?? {});
  }

  /** What each of these users has set, by id; who is missing does not exist. */
  async find(ids: readonly string[]): Promise<Map<string, Partial<PrivacySettings>>> {
    const users = await this.users
      .find({ _id: { $in: ids.map(toObjectId) } }, { privacy: 1 })
      .lean<Pick<User, '_id' | 'privacy'>[]>();
    return new Map(users.map(({ _id, privacy }) => [_id.toHexString(), privacy ?? {}]));
  }
}
