import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import type { MediaRecord, NewMedia } from './media.record.js';
import { Media } from './media.schema.js';

@Injectable()
export class MediaRepository {
  constructor(@InjectModel(Media.name) private readonly media: Model<Media>) {}

  /** In the state `storing`. Counts as used from now on. */
  async insert({ id, ownerId, ...rest }: NewMedia): Promise<void> {
    const row = { ...rest, _id: toObjectId(id), ownerId: toObjectId(ownerId), state: 'storing' as const };
    await this.media.create(row);
  }

  /** `false` when it was given up meanwhile. */
  async markReady(id: string, sweepAt: Date): Promise<boolean> {
    const filter = { _id: toObjectId(id), state: 'storing' as const };
    const { matchedCount } = await this.media.updateOne(filter, { $set: { state: 'ready', sweepAt } });
    return matchedCount === 1;
  }

  async remove(id: string): Promise<void> {
    await this.media.deleteOne({ _id: toObjectId(id) });
  }

  async findReady(id: string): Promise<MediaRecord | null> {
    const row = await this.media.findOne({ _id: toObjectId(id), state: 'ready' as const }).lean<Media>();
    return row && toRecord(row);
  }

  /** In any order. */
  async findReadyOf(ownerId: string, ids: readonly string[]): Promise<MediaRecord[]> {
    const filter = {
      _id: { $in: ids.map(toObjectId) },
      ownerId: toObjectId(ownerId),
      state: 'ready' as const,
    };
    return (await this.media.find(filter).lean<Media[]>()).map(toRecord);
  }

  /** All that somebody has stored, by id, behind `after`. */
  async findReadyBehind(ownerId: string, after: string | null, limit: number): Promise<MediaRecord[]> {
    const behind = after !== null && { _id: { $gt: toObjectId(after) } };
    const rows = await this.media
      .find({ ownerId: toObjectId(ownerId), ...behind, state: 'ready' as const })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<Media[]>();
    return rows.map(toRecord);
  }

  /** Bytes that a user has stored, from the index. */
  async usage(ownerId: string): Promise<number> {
    const [sum] = await this.media.aggregate<{ bytes: number }>([
      { $match: { ownerId: toObjectId(ownerId) } },
      { $group: { _id: null, bytes: { $sum: '$size' } } },
    ]);
    return sum?.bytes ?? 0;
  }

  /** Keeps the collector away until then, from those of `ownerId` where one is given. Answers how many are there to be kept. */
  async hold(ids: readonly string[], until: Date, ownerId?: string): Promise<number> {
    const filter = {
      _id: { $in: ids.map(toObjectId) },
      state: 'ready' as const,
      ...(ownerId !== undefined && { ownerId: toObjectId(ownerId) }),
    };
    const { matchedCount } = await this.media.updateMany(filter, { $max: { sweepAt: until } });
    return matchedCount;
  }

  /** Has the collector look at them at that time, or before. */
  async release(ids: readonly string[], at: Date): Promise<void> {
    await this.media.updateMany({ _id: { $in: ids.map(toObjectId) } }, { $min: { sweepAt: at } });
  }

  /** As `release`, for all that somebody has stored. */
  async releaseAllOf(ownerId: string, at: Date): Promise<void> {
    await this.media.updateMany({ ownerId: toObjectId(ownerId) }, { $min: { sweepAt: at } });
  }

  /** What the collector has to look at, the longest due first. */
  async findDue(now: Date, limit: number): Promise<string[]> {
    const rows = await this.media
      .find({ sweepAt: { $lte: now } }, { _id: 1 })
      .sort({ sweepAt: 1 })
      .limit(limit)
      .lean<Pick<Media, '_id'>[]>();
    return rows.map(({ _id }) => _id.toHexString());
  }

  /** From here on nobody can read or attach it. `false` when somebody has taken hold of it meanwhile. */
  async condemn(id: string, now: Date, retryAt: Date): Promise<boolean> {
    const { matchedCount } = await this.media.updateOne(
      { _id: toObjectId(id), sweepAt: { $lte: now } },
      { $set: { state: 'condemned', sweepAt: retryAt } },
    );
    return matchedCount === 1;
  }
}

function toRecord(row: Media): MediaRecord {
  const { kind, mimeType, size, thumbnailSize, name, width, height, durationMs, waveform, createdAt } = row;
  return {
    id: row._id.toHexString(),
    ownerId: row.ownerId.toHexString(),
    kind,
    mimeType,
    size,
    thumbnailSize,
    hasThumbnail: thumbnailSize > 0,
    ...(name !== undefined && { name }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(durationMs !== undefined && { durationMs }),
    ...(waveform !== undefined && { waveform }),
    createdAt,
  };
}
