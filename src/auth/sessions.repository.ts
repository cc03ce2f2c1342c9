import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { findAtOnce } from '../database/find-at-once.js';
import { toObjectId } from '../database/object-id.js';
import { Session } from './session.schema.js';

/** A session without its hashes. */
export interface SessionRecord {
  readonly id: string;
  readonly deviceName: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

/** What is asked of a live session at each request. */
export type SessionUse = Pick<Session, 'lastUsedAt' | 'expiresAt'>;

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

  /** `null` when it is not live. */
  async findUse({ id, userId, now }: { id: string; userId: string; now: Date }): Promise<SessionUse | null> {
    const filter = { _id: toObjectId(id), userId: toObjectId(userId), expiresAt: { $gt: now } };
    const projection = { _id: 0, lastUsedAt: 1, expiresAt: 1 } as const;
    const [use] = await findAtOnce(this.sessions, { filter, projection, limit: 1 });
    return use ?? null;
  }

  /** Those of these that are live. */
  async findLive(ids: readonly string[], now: Date): Promise<Set<string>> {
    const found = await this.sessions
      .find({ _id: { $in: ids.map(toObjectId) }, expiresAt: { $gt: now } }, { _id: 1 })
      .lean<Pick<Session, '_id'>[]>();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }

  async markUsed(id: string, now: Date): Promise<void> {
    await this.sessions.updateOne({ _id: toObjectId(id) }, { $max: { lastUsedAt: now } });
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
