import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../../database/object-id.js';
import { ChatInvite } from './invite.schema.js';

export interface Invite {
  id: string;
  chatId: string;
  token: string;
  expiresAt: Date | null;
  maxUses: number | null;
  uses: number;
  revokedAt: Date | null;
}

export interface MadeInvite extends Invite {
  createdAt: Date;
}

export interface NewInvite {
  chatId: string;
  token: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  maxUses: number | null;
  creationKey?: string | undefined;
}

@Injectable()
export class InvitesRepository {
  constructor(@InjectModel(ChatInvite.name) private readonly model: Model<ChatInvite>) {}

  /** `null` when the key is taken. */
  async insert({ chatId, createdBy, creationKey, ...invite }: NewInvite): Promise<Invite | null> {
    const row: ChatInvite = {
      ...invite,
      _id: newObjectId(),
      chatId: toObjectId(chatId),
      createdBy: toObjectId(createdBy),
      uses: 0,
      ...(invite.maxUses !== null && { usedBy: [] }),
      revokedAt: null,
      ...(creationKey !== undefined && { creationKey }),
    };
    try {
      await this.model.collection.insertOne(row);
    } catch (error) {
      if (duplicateKeyOf(error)?.includes('creationKey')) return null;
      throw error;
    }
    return toInvite(row);
  }

  async findByCreationKey(creationKey: string): Promise<MadeInvite | null> {
    const row = await this.model.findOne({ creationKey }, { usedBy: 0 }).lean<ChatInvite | null>();
    return row && { ...toInvite(row), createdAt: row.createdAt };
  }

  /** So that it can name another invite. */
  async releaseCreationKey(creationKey: string, olderThan: Date): Promise<void> {
    await this.model.updateOne(
      { creationKey, createdAt: { $lte: olderThan } },
      { $unset: { creationKey: 1 } },
    );
  }

  async findByToken(token: string): Promise<Invite | null> {
    const row = await this.model.findOne({ token }, { usedBy: 0 }).lean<ChatInvite | null>();
    return row && toInvite(row);
  }

  /** Those of a chat that work at this moment, the oldest first. */
  async findLive(chatId: string, now: Date, limit: number): Promise<Invite[]> {
    const rows = await this.model
      .find({ chatId: toObjectId(chatId), ...isOpen(now), $expr: HAS_ROOM }, { usedBy: 0 })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<ChatInvite[]>();
    return rows.map(toInvite);
  }

  /** One use of it for this person, or the one that they took before; `null` when it has ended. */
  async claim({ id, maxUses }: Invite, userId: string, now: Date): Promise<'taken' | 'held' | null> {
    const open = { _id: toObjectId(id), ...isOpen(now) };
    const user = toObjectId(userId);
    if (maxUses === null) {
      return (await this.model.updateOne(open, { $inc: { uses: 1 } })).matchedCount > 0 ? 'taken' : null;
    }
    const free = { ...open, uses: { $lt: maxUses }, usedBy: { $ne: user } };
    const taken = await this.model.updateOne(free, { $inc: { uses: 1 }, $push: { usedBy: user } });
    if (taken.matchedCount > 0) return 'taken';
    return (await this.model.findOne({ ...open, usedBy: user }, { _id: 1 }).lean()) && 'held';
  }

  /** Gives back a use that let nobody in. */
  async release(id: string, userId: string): Promise<void> {
    const [invite, user] = [toObjectId(id), toObjectId(userId)];
    const bounded = { _id: invite, usedBy: user };
    const { matchedCount } = await this.model.updateOne(bounded, {
      $inc: { uses: -1 },
      $pull: { usedBy: user },
    });
    if (matchedCount === 0)
      await this.model.updateOne({ _id: invite, maxUses: null }, { $inc: { uses: -1 } });
  }

  async revokeAll(chatId: string, now: Date): Promise<void> {
    await this.model.updateMany(
      { chatId: toObjectId(chatId), revokedAt: null },
      { $set: { revokedAt: now } },
    );
  }

  /** What somebody has made, ended ones too, in the order of making, behind `after`. */
  async findMadeBehind(createdBy: string, after: string | null, limit: number): Promise<MadeInvite[]> {
    const behind = after !== null && { _id: { $gt: toObjectId(after) } };
    const rows = await this.model
      .find({ createdBy: toObjectId(createdBy), ...behind }, { usedBy: 0 })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<ChatInvite[]>();
    return rows.map((row) => ({ ...toInvite(row), createdAt: row.createdAt }));
  }

  async removeAllMadeBy(createdBy: string): Promise<void> {
    await this.model.deleteMany({ createdBy: toObjectId(createdBy) });
  }

  /** Forgets those of a chat that ended before. */
  async purge(chatId: string, endedBefore: Date): Promise<void> {
    const ended = { $ne: null, $lt: endedBefore };
    const $or = [{ revokedAt: ended }, { expiresAt: ended }];
    await this.model.deleteMany({ chatId: toObjectId(chatId), $or });
  }
}

const HAS_ROOM = { $or: [{ $eq: ['$maxUses', null] }, { $lt: ['$uses', '$maxUses'] }] };

function isOpen(now: Date) {
  return { revokedAt: null, $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] };
}

function toInvite({ _id, chatId, token, expiresAt, maxUses, uses, revokedAt }: ChatInvite): Invite {
  const ids = { id: _id.toHexString(), chatId: chatId.toHexString() };
  return { ...ids, token, expiresAt, maxUses, uses, revokedAt };
}
