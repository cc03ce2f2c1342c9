import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, QueryFilter, Types } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import type { StatusHead, StatusRecord } from './status.record.js';
import { type LiveStatusRow, STATUS_FIELDS, toRecord } from './status.row.js';
import { Status } from './status.schema.js';

const HEAD_FIELDS = { userId: 1, createdAt: 1 } as const;

export interface StatusPosition {
  expiresAt: Date;
  id: string;
}

/** Live statuses by author and by reader. */
@Injectable()
export class StatusListsRepository {
  constructor(@InjectModel(Status.name) private readonly statuses: Model<Status>) {}

  /** An author's live statuses, newest first, from behind `after`. */
  async findLiveOf(
    userId: string,
    now: Date,
    page: { after: StatusPosition | null; limit: number },
  ): Promise<StatusRecord[]> {
    const { after, limit } = page;
    const behind = after && [
      { expiresAt: { $lt: after.expiresAt } },
      { expiresAt: after.expiresAt, _id: { $lt: toObjectId(after.id) } },
    ];
    const rows = await this.statuses
      .find(
        {
          userId: toObjectId(userId),
          expiresAt: { $gt: now, ...(after && { $lte: after.expiresAt }) },
          ...(behind && { $or: behind }),
        },
        STATUS_FIELDS,
      )
      .sort({ expiresAt: -1, _id: -1 })
      .limit(limit)
      .lean<LiveStatusRow[]>();
    return rows.map(toRecord);
  }

  /** Who of these has a live status, straight from the index. */
  async findAuthorsAmong(userIds: readonly string[], now: Date): Promise<Set<string>> {
    const rows = await this.statuses.collection
      .aggregate<{ _id: Types.ObjectId }>([
        { $match: { userId: { $in: userIds.map(toObjectId) }, expiresAt: { $gt: now } } },
        { $group: { _id: '$userId' } },
      ])
      .toArray();
    return new Set(rows.map(({ _id }) => _id.toHexString()));
  }

  /** What `viewerId` may see: posted to them by name, or to everyone by somebody of `circle`. Newest first. */
  async findHeadsFor(
    viewerId: string,
    circle: readonly string[],
    at: { now: Date; limit: number },
  ): Promise<StatusHead[]> {
    const branches: QueryFilter<Status>[] = [
      { viewerIds: toObjectId(viewerId), expiresAt: { $gt: at.now } },
      {
        userId: { $in: circle.map(toObjectId) },
        expiresAt: { $gt: at.now },
        'audience.level': 'everyone',
      },
    ];
    const rows = await this.statuses
      .find({ $or: branches }, HEAD_FIELDS)
      .sort({ expiresAt: -1, _id: -1 })
      .limit(at.limit)
      .lean<Pick<Status, '_id' | 'userId' | 'createdAt'>[]>();
    return rows.map(({ _id, userId, createdAt }) => ({
      id: _id.toHexString(),
      userId: userId.toHexString(),
      createdAt,
    }));
  }

  async findLiveByIds(ids: readonly string[], now: Date): Promise<StatusRecord[]> {
    const rows = await this.statuses
      .find({ _id: { $in: ids.map(toObjectId) }, expiresAt: { $gt: now } }, STATUS_FIELDS)
      .lean<LiveStatusRow[]>();
    return rows.map(toRecord);
  }
}
