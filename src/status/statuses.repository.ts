import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, Types } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import type { AudienceLevel, NewStatus, StatusRecord } from './status.record.js';
import { isLive, type LiveStatusRow, STATUS_FIELDS, type StatusRow, toRecord } from './status.row.js';
import { Status } from './status.schema.js';

/** A keyed call that was made before; `status` is `null` when what it made is gone. */
export interface KeyedStatus {
  status: StatusRecord | null;
  contentHash: string | undefined;
}

/** An author can post one file as often as a day allows. */
const MAX_BY_MEDIA = 100;

/** Statuses. Every read asks the time itself: what has expired is not there, swept or not. */
@Injectable()
export class StatusesRepository {
  constructor(@InjectModel(Status.name) private readonly statuses: Model<Status>) {}

  /** `null` when the creation key is taken. */
  async insert(status: NewStatus): Promise<StatusRecord | null> {
    const { userId, viewerIds, ...rest } = status;
    const row: Status = {
      ...rest,
      _id: newObjectId(),
      userId: toObjectId(userId),
      ...(viewerIds && { viewerIds: viewerIds.map(toObjectId) }),
    };
    try {
      return toRecord((await this.statuses.create(row)).toObject<LiveStatusRow>());
    } catch (error) {
      if (duplicateKeyOf(error)?.includes('creationKey')) return null;
      throw error;
    }
  }

  async findByCreationKey(creationKey: string, now: Date): Promise<KeyedStatus | null> {
    const row = await this.statuses
      .findOne({ creationKey }, { ...STATUS_FIELDS, contentHash: 1 })
      .lean<StatusRow & Pick<Status, 'contentHash'>>();
    if (!row) return null;
    return { status: isLive(row, now) ? toRecord(row) : null, contentHash: row.contentHash };
  }

  /** Frees a key that is past its time. */
  async releaseCreationKey(creationKey: string, olderThan: Date): Promise<void> {
    await this.statuses.updateOne(
      { creationKey, createdAt: { $lte: olderThan } },
      { $unset: { creationKey: 1, contentHash: 1 } },
    );
  }

  /** A live status, and whether `viewerId` is among the people it was posted to. */
  async findLive(
    id: string,
    viewerId: string,
    now: Date,
  ): Promise<(StatusRecord & { isNamed: boolean }) | null> {
    const row = await this.statuses
      .findOne(
        { _id: toObjectId(id), expiresAt: { $gt: now } },
        { ...STATUS_FIELDS, viewerIds: { $elemMatch: { $eq: toObjectId(viewerId) } } },
      )
      .lean<LiveStatusRow & Pick<Status, 'viewerIds'>>();
    return row && { ...toRecord(row), isNamed: (row.viewerIds ?? []).length > 0 };
  }

  /** The live ones that a stored file is part of, and of each whether `viewerId` is among its people. */
  async findLiveByMedia(
    mediaId: string,
    viewerId: string,
    now: Date,
  ): Promise<(StatusRecord & { isNamed: boolean })[]> {
    const rows = await this.statuses
      .find(
        { mediaId, expiresAt: { $gt: now } },
        { ...STATUS_FIELDS, viewerIds: { $elemMatch: { $eq: toObjectId(viewerId) } } },
      )
      .limit(MAX_BY_MEDIA)
      .lean<(LiveStatusRow & Pick<Status, 'viewerIds'>)[]>();
    return rows.map((row) => ({ ...toRecord(row), isNamed: (row.viewerIds ?? []).length > 0 }));
  }

  /** Which of these files live statuses hold. */
  async findHeldMedia(mediaIds: readonly string[], now: Date): Promise<Set<string>> {
    const filter = { mediaId: { $in: mediaIds }, expiresAt: { $gt: now } };
    const rows = await this.statuses
      .find(filter, { _id: 0, mediaId: 1 })
      .lean<Required<Pick<Status, 'mediaId'>>[]>();
    return new Set(rows.map(({ mediaId }) => mediaId));
  }

  /** Empties it at once. Answers what it was and to whom by name, or `null` when there is none of theirs. */
  async remove(
    id: string,
    userId: string,
    now: Date,
  ): Promise<{ level: AudienceLevel; viewerIds: string[]; mediaId?: string } | null> {
    const row = await this.statuses
      .findOneAndUpdate(
        { _id: toObjectId(id), userId: toObjectId(userId), expiresAt: { $gt: now } },
        { $unset: CONTENT },
        { returnDocument: 'before', projection: { audience: 1, viewerIds: 1, mediaId: 1 } },
      )
      .lean<Required<Pick<Status, 'audience'>> & { viewerIds?: Types.ObjectId[]; mediaId?: string }>();
    if (!row) return null;
    return {
      level: row.audience.level,
      ...(row.mediaId !== undefined && { mediaId: row.mediaId }),
      viewerIds: (row.viewerIds ?? []).map((viewerId) => viewerId.toHexString()),
    };
  }

  /** Up to `limit` of the expired ones; those whose key still counts stay as shells. Answers how many. */
  async sweep(now: Date, limit: number): Promise<number> {
    const expired = await this.statuses
      .find({ expiresAt: { $lte: now } }, { _id: 1 })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .lean<Pick<Status, '_id'>[]>();
    if (expired.length > 0) {
      const ids = expired.map(({ _id }) => _id);
      await this.statuses.updateMany({ _id: { $in: ids }, purgeAt: { $gt: now } }, { $unset: CONTENT });
    }
    const due = await this.statuses
      .find({ purgeAt: { $lte: now } }, { _id: 1 })
      .sort({ purgeAt: 1 })
      .limit(limit)
      .lean<Pick<Status, '_id'>[]>();
    if (due.length > 0) await this.statuses.deleteMany({ _id: { $in: due.map(({ _id }) => _id) } });
    return Math.max(expired.length, due.length);
  }
}

const CONTENT = {
  type: 1,
  text: 1,
  mediaId: 1,
  media: 1,
  backgroundColor: 1,
  audience: 1,
  viewerIds: 1,
  expiresAt: 1,
} as const;
