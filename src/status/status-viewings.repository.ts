import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import { StatusViewing } from './status-viewing.schema.js';

export interface NewViewing {
  statusId: string;
  viewerId: string;
  viewedAt: Date;
  isShared: boolean;
  expiresAt: Date;
}

export interface ViewerRecord {
  userId: string;
  viewedAt: Date;
  emoji?: string;
}

/** A look at a status, as the one sees it who took it. */
export interface StatusLook {
  statusId: string;
  viewedAt: Date;
  emoji?: string;
}

@Injectable()
export class StatusViewingsRepository {
  constructor(@InjectModel(StatusViewing.name) private readonly viewings: Model<StatusViewing>) {}

  /** Answers whether it is the viewer's first look. */
  async insert(viewing: NewViewing): Promise<boolean> {
    const key = keyOf(viewing);
    const { viewedAt, isShared, expiresAt } = viewing;
    try {
      const { upsertedCount } = await this.viewings.updateOne(
        key,
        { $setOnInsert: { _id: newObjectId(), viewedAt, isShared, isListed: isShared, expiresAt } },
        { upsert: true },
      );
      return upsertedCount > 0;
    } catch (error) {
      if (duplicateKeyOf(error)) return false; // two devices looked at the same moment
      throw error;
    }
  }

  /** For somebody whose viewing is stored. Answers whether it changed anything. */
  async setEmoji(statusId: string, viewerId: string, emoji: string): Promise<boolean> {
    const { modifiedCount } = await this.viewings.updateOne(
      { ...keyOf({ statusId, viewerId }), emoji: { $ne: emoji } },
      { $set: { emoji, isListed: true } },
    );
    return modifiedCount > 0;
  }

  async unsetEmoji(statusId: string, viewerId: string): Promise<boolean> {
    const { modifiedCount } = await this.viewings.updateOne(
      { ...keyOf({ statusId, viewerId }), emoji: { $exists: true } },
      [{ $set: { isListed: '$isShared' } }, { $unset: 'emoji' }],
      { updatePipeline: true },
    );
    return modifiedCount > 0;
  }

  /** Latest first, from behind `after`; `onlyReacted`: those who told by a reaction. */
  async findPage(
    statusId: string,
    page: { after: { viewedAt: Date; userId: string } | null; limit: number; onlyReacted: boolean },
  ): Promise<ViewerRecord[]> {
    const { after, limit, onlyReacted } = page;
    const rows = await this.viewings
      .find({
        statusId: toObjectId(statusId),
        isListed: true,
        ...(onlyReacted && { emoji: { $exists: true } }),
        ...(after && {
          viewedAt: { $lte: after.viewedAt },
          $or: [
            { viewedAt: { $lt: after.viewedAt } },
            { viewedAt: after.viewedAt, viewerId: { $lt: toObjectId(after.userId) } },
          ],
        }),
      })
      .sort({ viewedAt: -1, viewerId: -1 })
      .limit(limit)
      .lean<StatusViewing[]>();
    return rows.map(({ viewerId, viewedAt, emoji }) => ({
      userId: viewerId.toHexString(),
      viewedAt,
      ...(emoji !== undefined && { emoji }),
    }));
  }

  /** How many the author may know of, per status. */
  async count(statusIds: readonly string[], onlyReacted: boolean): Promise<Map<string, number>> {
    if (statusIds.length === 0) return new Map();
    const found = await this.viewings.aggregate<{ _id: Types.ObjectId; count: number }>([
      {
        $match: {
          statusId: { $in: statusIds.map(toObjectId) },
          isListed: true,
          ...(onlyReacted && { emoji: { $exists: true } }),
        },
      },
      { $group: { _id: '$statusId', count: { $sum: 1 } } },
    ]);
    return new Map(found.map(({ _id, count }) => [_id.toHexString(), count]));
  }

  /** When the user saw what of the statuses that are still live. */
  async findSeen(viewerId: string, now: Date): Promise<Map<string, Date>> {
    const rows = await this.viewings
      .find({ viewerId: toObjectId(viewerId), expiresAt: { $gt: now } }, { _id: 0, statusId: 1, viewedAt: 1 })
      .lean<Pick<StatusViewing, 'statusId' | 'viewedAt'>[]>();
    return new Map(rows.map(({ statusId, viewedAt }) => [statusId.toHexString(), viewedAt]));
  }

  /** What the user has seen, and thinks, of the statuses that are still live; as many as `findSeen`. */
  async findLooks(viewerId: string, now: Date): Promise<StatusLook[]> {
    const rows = await this.viewings
      .find({ viewerId: toObjectId(viewerId), expiresAt: { $gt: now } })
      .lean<StatusViewing[]>();
    return rows.map(({ statusId, viewedAt, emoji }) => ({
      statusId: statusId.toHexString(),
      viewedAt,
      ...(emoji !== undefined && { emoji }),
    }));
  }

  async removeOf(statusId: string): Promise<void> {
    await this.viewings.deleteMany({ statusId: toObjectId(statusId) });
  }

  /** Up to `limit` of those whose status has expired. Answers how many. */
  async sweep(now: Date, limit: number): Promise<number> {
    const due = await this.viewings
      .find({ expiresAt: { $lte: now } }, { _id: 1 })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .lean<Pick<StatusViewing, '_id'>[]>();
    if (due.length > 0) await this.viewings.deleteMany({ _id: { $in: due.map(({ _id }) => _id) } });
    return due.length;
  }
}

function keyOf({ statusId, viewerId }: { statusId: string; viewerId: string }) {
  return { statusId: toObjectId(statusId), viewerId: toObjectId(viewerId) };
}
