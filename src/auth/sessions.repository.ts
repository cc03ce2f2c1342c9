import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { findAtOnce } from '../database/read-at-once.js';
import { Session } from './session.schema.js';

/** A session without its hashes. */
export interface SessionRecord {
  readonly id: string;
  readonly deviceName: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

/** What is asked of a live session at each request. */
export interface SessionUse extends Pick<Session, 'lastUsedAt' | 'expiresAt'> {
  userId: string;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly deviceName: string | null;
  readonly refreshHash: string;
  readonly familyHash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface Rotation {
  readonly id: string;
  readonly fromHash: string;
  readonly toHash: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

const RECORD_FIELDS = { deviceName: 1, createdAt: 1, lastUsedAt: 1 } as const;

@Injectable()
export class SessionsRepository {
  constructor(@InjectModel(Session.name) private readonly sessions: Model<Session>) {}

  async insert({ id, userId, ...session }: NewSession): Promise<void> {
    const ids = { _id: toObjectId(id), userId: toObjectId(userId) };
    await this.sessions.create({ ...session, ...ids, lastUsedAt: session.createdAt });
  }

  /** Those of these that are live, by id. */
  async findLive(ids: readonly string[], now: Date): Promise<Map<string, SessionUse>> {
    const filter = { _id: { $in: ids.map(toObjectId) }, expiresAt: { $gt: now } };
    const projection = { userId: 1, lastUsedAt: 1, expiresAt: 1 } as const;
    const found = await findAtOnce(this.sessions, { filter, projection, limit: ids.length });
    return new Map(
      found.map(({ _id, userId, lastUsedAt, expiresAt }) => [
        _id.toHexString(),
        { userId: userId.toHexString(), lastUsedAt, expiresAt },
      ]),
    );
  }

  async markUsed(ids: readonly string[], now: Date): Promise<void> {
    await this.sessions.updateMany({ _id: { $in: ids.map(toObjectId) } }, { $max: { lastUsedAt: now } });
  }

  /** One atomic step with the current hash in its filter: of several with one token, one wins. */
  async rotate({ id, fromHash, toHash, now, expiresAt }: Rotation): Promise<{ userId: string } | null> {
    const session = await this.sessions
      .findOneAndUpdate(
        { _id: toObjectId(id), refreshHash: fromHash, expiresAt: { $gt: now } },
        { $set: { refreshHash: toHash, lastUsedAt: now, expiresAt } },
        { projection: { userId: 1 } },
      )
      .lean<Pick<Session, 'userId'>>();
    return session && { userId: session.userId.toHexString() };
  }

  async findFamily(id: string): Promise<{ userId: string; familyHash: string } | null> {
    const session = await this.sessions
      .findById(toObjectId(id), { userId: 1, familyHash: 1 })
      .lean<Pick<Session, 'userId' | 'familyHash'>>();
    return session && { userId: session.userId.toHexString(), familyHash: session.familyHash };
  }

  /** Latest login first. */
  async findLivePage(
    userId: string,
    page: { beforeId: string | null; limit: number; now: Date },
  ): Promise<SessionRecord[]> {
    const before = page.beforeId === null ? {} : { _id: { $lt: toObjectId(page.beforeId) } };
    const sessions = await this.sessions
      .find({ userId: toObjectId(userId), ...before, expiresAt: { $gt: page.now } }, RECORD_FIELDS)
      .sort({ _id: -1 })
      .limit(page.limit)
      .lean<Pick<Session, '_id' | keyof typeof RECORD_FIELDS>[]>();
    return sessions.map(({ _id, deviceName, createdAt, lastUsedAt }) => ({
      id: _id.toHexString(),
      deviceName,
      createdAt,
      lastUsedAt,
    }));
  }

  /** Only one's own: `false` when the session is not there or another user's. */
  async remove(userId: string, id: string): Promise<boolean> {
    const result = await this.sessions.deleteOne({ _id: toObjectId(id), userId: toObjectId(userId) });
    return result.deletedCount === 1;
  }

  /** Removes all of a user but one (`null`: all), and says which. */
  async removeAllBut(userId: string, keptId: string | null): Promise<string[]> {
    const kept = keptId === null ? {} : { _id: { $ne: toObjectId(keptId) } };
    const found = await this.sessions
      .find({ userId: toObjectId(userId), ...kept }, { _id: 1 })
      .lean<Pick<Session, '_id'>[]>();
    await this.sessions.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
    return found.map(({ _id }) => _id.toHexString());
  }

  async removeExpired(userId: string, now: Date): Promise<void> {
    await this.sessions.deleteMany({ userId: toObjectId(userId), expiresAt: { $lte: now } });
  }
}
