import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import { findAtOnce } from '../database/read-at-once.js';
import { mediaUrl } from '../media/attachment.js';
import type { NewUser, ProfileChange, UserRecord } from './user.record.js';
import { User } from './user.schema.js';

/** Named one by one: a field that is added to the schema, or the hash, never slips out. */
const RECORD_FIELDS = {
  email: 1,
  phone: 1,
  name: 1,
  about: 1,
  avatarMediaId: 1,
  rev: 1,
  lastSeenAt: 1,
  createdAt: 1,
  deletedAt: 1,
} as const;

type StoredUser = Pick<User, '_id' | keyof typeof RECORD_FIELDS>;

/** Nothing is written to what is left of a deleted account. */
const LIVE = { deletedAt: null };

/** Sorts after every text that starts with the same characters: MongoDB compares UTF-8 bytes. */
const LAST_CHARACTER = '\u{10FFFF}';

@Injectable()
export class UsersRepository {
  constructor(@InjectModel(User.name) private readonly users: Model<User>) {}

  /** `null` when the email is taken: its unique index decides, also between nodes. */
  async insert(user: NewUser & { nameKey: string; createdAt: Date }): Promise<UserRecord | null> {
    try {
      return toRecord(await this.users.create({ _id: newObjectId(), ...user }));
    } catch (error) {
      if (duplicateKeyOf(error)?.includes('email')) return null;
      throw error;
    }
  }

  async findById(id: string): Promise<UserRecord | null> {
    const user = await this.users.findById(toObjectId(id), RECORD_FIELDS).lean<StoredUser>();
    return user && toRecord(user);
  }

  /** The `me` revs of those that exist. */
  async findRevs(ids: readonly string[]): Promise<Map<string, number>> {
    const filter = { _id: { $in: ids.map(toObjectId) } };
    const users = await findAtOnce(this.users, { filter, projection: { rev: 1 }, limit: ids.length });
    return new Map(users.map(({ _id, rev }) => [_id.toHexString(), rev]));
  }

  async findByIds(ids: readonly string[]): Promise<UserRecord[]> {
    const users = await this.users
      .find({ _id: { $in: ids.map(toObjectId) } }, RECORD_FIELDS)
      .lean<StoredUser[]>();
    return users.map(toRecord);
  }

  /** How many of these have an account, a deleted one not counted. */
  async countByIds(ids: readonly string[]): Promise<number> {
    return this.users.countDocuments({ _id: { $in: ids.map(toObjectId) }, ...LIVE });
  }

  /** The same with those whose account was deleted. */
  async countKnown(ids: readonly string[]): Promise<number> {
    return this.users.countDocuments({ _id: { $in: ids.map(toObjectId) } });
  }

  async findByEmail(email: string): Promise<UserRecord | null> {
    const user = await this.users.findOne({ email }, RECORD_FIELDS).lean<StoredUser>();
    return user && toRecord(user);
  }

  async findByEmailWithHash(email: string): Promise<{ user: UserRecord; passwordHash: string } | null> {
    const found = await this.users
      .findOne({ email }, { ...RECORD_FIELDS, passwordHash: 1 })
      .lean<StoredUser & Pick<User, 'passwordHash'>>();
    return found && { user: toRecord(found), passwordHash: found.passwordHash };
  }

  async findPasswordHash(id: string): Promise<string | null> {
    const found = await this.users
      .findById(toObjectId(id), { passwordHash: 1 })
      .lean<Pick<User, 'passwordHash'>>();
    return found?.passwordHash ?? null;
  }

  /** Only while the hash is still `from`: of two changes at once one wins. */
  async replacePasswordHash(id: string, from: string, to: string): Promise<boolean> {
    const result = await this.users.updateOne(
      { _id: toObjectId(id), passwordHash: from },
      { $set: { passwordHash: to } },
    );
    return result.matchedCount === 1;
  }

  async updateProfile(id: string, change: ProfileChange & { nameKey?: string }): Promise<UserRecord | null> {
    const user = await this.users
      .findOneAndUpdate(
        { _id: toObjectId(id), ...LIVE },
        { $set: change, $inc: { rev: 1 } },
        { returnDocument: 'after', projection: RECORD_FIELDS },
      )
      .lean<StoredUser>();
    return user && toRecord(user);
  }

  /** Answers the user with the new picture, and which one it replaces. */
  async setAvatar(
    id: string,
    mediaId: string | null,
  ): Promise<{ user: UserRecord; previousId: string | null } | null> {
    const change =
      mediaId === null ? { $unset: { avatarMediaId: 1 } } : { $set: { avatarMediaId: toObjectId(mediaId) } };
    const before = await this.users
      .findByIdAndUpdate(
        toObjectId(id),
        { ...change, $inc: { rev: 1 } },
        { returnDocument: 'before', projection: RECORD_FIELDS },
      )
      .lean<StoredUser>();
    if (!before) return null;
    const avatarUrl = mediaId === null ? null : mediaUrl(mediaId);
    const user = { ...toRecord(before), avatarUrl, rev: before.rev + 1 };
    return { user, previousId: before.avatarMediaId?.toHexString() ?? null };
  }

  /** Which of these files are somebody's picture. */
  async findAvatarsAmong(mediaIds: readonly string[]): Promise<Set<string>> {
    const users = await this.users
      .find({ avatarMediaId: { $in: mediaIds.map(toObjectId) } }, { _id: 0, avatarMediaId: 1 })
      .lean<Required<Pick<User, 'avatarMediaId'>>[]>();
    return new Set(users.map(({ avatarMediaId }) => avatarMediaId.toHexString()));
  }

  /** Answers the new one; 0 for a user who is gone. */
  async bumpRev(id: string): Promise<number> {
    const user = await this.users
      .findByIdAndUpdate(
        toObjectId(id),
        { $inc: { rev: 1 } },
        { returnDocument: 'after', projection: { rev: 1 } },
      )
      .lean<Pick<User, 'rev'>>();
    return user?.rev ?? 0;
  }

  async bumpRevs(ids: readonly string[]): Promise<void> {
    await this.users.updateMany({ _id: { $in: ids.map(toObjectId) } }, { $inc: { rev: 1 } });
  }

  /** Never back in time: two nodes may tell of one user in any order. */
  async recordLastSeen(ids: readonly string[], at: Date): Promise<void> {
    const live = { _id: { $in: ids.map(toObjectId) }, ...LIVE };
    await this.users.updateMany(live, { $max: { lastSeenAt: at } });
  }

  async findPageByPhone(
    phone: string,
    page: { afterId: string | null; limit: number },
  ): Promise<UserRecord[]> {
    const users = await this.users
      .find(
        { phone, ...(page.afterId !== null && { _id: { $gt: toObjectId(page.afterId) } }) },
        RECORD_FIELDS,
      )
      .sort({ _id: 1 })
      .limit(page.limit)
      .lean<StoredUser[]>();
    return users.map(toRecord);
  }

  /** In the order of name and id, from behind `after`. */
  async findPageByNamePrefix(
    prefix: string,
    page: { after: { nameKey: string; id: string } | null; limit: number },
  ): Promise<UserRecord[]> {
    const range = { $gte: prefix, $lt: prefix + LAST_CHARACTER };
    const users = await this.users
      .find({ nameKey: range, ...(page.after && afterName(page.after)) }, RECORD_FIELDS)
      .sort({ nameKey: 1, _id: 1 })
      .limit(page.limit)
      .lean<StoredUser[]>();
    return users.map(toRecord);
  }
}

function afterName({ nameKey, id }: { nameKey: string; id: string }) {
  return { $or: [{ nameKey: { $gt: nameKey } }, { nameKey, _id: { $gt: toObjectId(id) } }] };
}

function toRecord(user: StoredUser): UserRecord {
  const { _id, email, phone, name, about, avatarMediaId, rev, createdAt, deletedAt } = user;
  const avatarUrl = avatarMediaId ? mediaUrl(avatarMediaId.toHexString()) : null;
  const lastSeenAt = user.lastSeenAt ?? null; // absent in accounts older than the field
  const record = { id: _id.toHexString(), email, phone, name, about, avatarUrl, rev, lastSeenAt, createdAt };
  return deletedAt ? { ...record, isDeleted: true } : record;
}
