import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { deletedFields } from './deleted-account.js';
import { User } from './user.schema.js';

const NO_PICTURE = { avatarMediaId: 1 } as const;

/** Accounts on their way out: the last of their users' documents. */
@Injectable()
export class UserErasuresRepository {
  constructor(@InjectModel(User.name) private readonly users: Model<User>) {}

  /** The one write that ends an account, while its password is still the one that was checked. */
  async begin(id: string, passwordHash: string, at: { now: Date; dueAt: Date }): Promise<boolean> {
    const { matchedCount } = await this.users.updateOne(
      { _id: toObjectId(id), passwordHash, deletedAt: null },
      {
        $set: { ...deletedFields(id), deletedAt: at.now, deletingAt: at.dueAt },
        $unset: NO_PICTURE,
        $inc: { rev: 1 },
      },
    );
    return matchedCount === 1;
  }

  /** Whose next pass is due. */
  async findDue(now: Date, limit: number): Promise<string[]> {
    return this.idsOf({ deletingAt: { $lte: now } }, limit);
  }

  /** Who has not been through a whole pass. */
  async findUnfinished(limit: number): Promise<string[]> {
    return this.idsOf({ deletingAt: { $exists: true }, isErasedOnce: null }, limit);
  }

  /**
   * After a pass: the first is followed by a last one at `nextAt`. The fields are emptied again, should a
   * request that was under way have filled one.
   */
  async passed(id: string, { now, nextAt }: { now: Date; nextAt: Date }): Promise<void> {
    const fields = deletedFields(id);
    const isLast = { _id: toObjectId(id), isErasedOnce: true, deletingAt: { $lte: now } };
    const isFirst = { _id: toObjectId(id), isErasedOnce: null, deletingAt: { $exists: true } };
    await this.users.updateOne(isLast, {
      $set: fields,
      $unset: { ...NO_PICTURE, deletingAt: 1, isErasedOnce: 1 },
    });
    await this.users.updateOne(isFirst, {
      $set: { ...fields, isErasedOnce: true, deletingAt: nextAt },
      $unset: NO_PICTURE,
    });
  }

  private async idsOf(filter: object, limit: number): Promise<string[]> {
    const found = await this.users
      .find(filter, { _id: 1 })
      .sort({ deletingAt: 1 })
      .limit(limit)
      .lean<Pick<User, '_id'>[]>();
    return found.map(({ _id }) => _id.toHexString());
  }
}
