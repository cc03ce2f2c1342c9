import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, type Types } from 'mongoose';

import { Clock } from '../../common/clock.js';
import { toObjectId } from '../../database/object-id.js';
import { aggregateAtOnce, findAtOnce } from '../../database/read-at-once.js';
import { CHANGE_KINDS, type ChangeKind, ChatLogRow } from './chat-log.schema.js';
import { asOf } from './expiry.js';

const ALL_CHANGES = Object.keys(CHANGE_KINDS) as ChangeKind[];
const ROSTER_CHANGES = ALL_CHANGES.filter((kind) => CHANGE_KINDS[kind] === 'roster');
/** Named to queries of many branches: each would be planned by itself, at twice the price of finding what it finds. */
const BY_REV = { chatId: 1, rev: 1 } as const;
const BY_KIND = { chatId: 1, kind: 1, rev: 1 } as const;
const BY_SEQ = { chatId: 1, seq: 1, senderId: 1, isQuiet: 1 } as const;

/**
 * Rows of chats' logs. Reads and writes go straight to the driver: rows are plain objects of our own
 * making, and Mongoose's casting would cost the send path more than the rest of it. What has expired leaves
 * here as a place without content, whoever reads it.
 */
@Injectable()
export class ChatLogRepository {
  constructor(
    @InjectModel(ChatLogRow.name) private readonly model: Model<ChatLogRow>,
    private readonly clock: Clock,
  ) {}

  private get rows(): mongo.Collection<ChatLogRow> {
    return this.model.collection as unknown as mongo.Collection<ChatLogRow>;
  }

  /**
   * Inserts in the order given and stops at the first refusal, so what is stored is always a prefix of
   * `rows`, also for readers meanwhile and after a crash.
   */
  async insertInOrder(rows: ChatLogRow[]): Promise<void> {
    await this.rows.insertMany(rows, { ordered: true });
  }

  findByIds(ids: Types.ObjectId[]): Promise<ChatLogRow[]> {
    return this.all(this.rows.find({ _id: { $in: ids } }));
  }

  findBySend(
    chatId: Types.ObjectId,
    senderId: Types.ObjectId,
    clientMessageId: string,
  ): Promise<ChatLogRow | null> {
    return this.one(this.rows.findOne({ chatId, senderId, clientMessageId }));
  }

  /** As `findBySend`, of several ids. */
  findBySends(
    chatId: Types.ObjectId,
    senderId: Types.ObjectId,
    clientMessageIds: readonly string[],
  ): Promise<ChatLogRow[]> {
    return this.all(this.rows.find({ chatId, senderId, clientMessageId: { $in: [...clientMessageIds] } }));
  }

  /** Whether the user has sent any message of their own in this chat, by the index of sends. */
  async hasWritten(chatId: string, userId: string): Promise<boolean> {
    const sent = {
      chatId: toObjectId(chatId),
      senderId: toObjectId(userId),
      clientMessageId: { $exists: true },
      type: { $ne: 'system' as const },
    };
    return (await this.rows.findOne(sent, { projection: { _id: 1 } })) !== null;
  }

  findStatusReply(statusId: string, senderId: string, clientMessageId: string): Promise<ChatLogRow | null> {
    const reply = { 'replyTo.statusId': toObjectId(statusId), senderId: toObjectId(senderId) };
    return this.one(this.rows.findOne({ ...reply, clientMessageId }));
  }

  findLast(chatId: string): Promise<ChatLogRow | null> {
    return this.one(
      this.rows
        .find({ chatId: toObjectId(chatId) })
        .sort({ rev: -1 })
        .limit(1)
        .next(),
    );
  }

  /** The changes among the rows behind `afterRev`, up to `toRev`. */
  findChanges(chatId: string, afterRev: number, toRev = Number.MAX_SAFE_INTEGER): Promise<ChatLogRow[]> {
    return this.rows
      .find({
        chatId: toObjectId(chatId),
        kind: { $in: ALL_CHANGES },
        lastSeq: { $exists: true },
        rev: { $gt: afterRev, $lte: toRev },
      })
      .sort({ rev: 1 })
      .toArray();
  }

  /** Which of these chats have changes, or of the roster alone, behind the `rev` given for each. */
  async findChatsWithChangesAfter(
    chats: { chatId: string; rev: number }[],
    kinds: 'all' | 'roster',
  ): Promise<string[]> {
    if (chats.length === 0) return [];
    const branches = chats.map(({ chatId, rev }) => ({
      chatId: toObjectId(chatId),
      kind: { $in: kinds === 'all' ? ALL_CHANGES : ROSTER_CHANGES },
      lastSeq: { $exists: true },
      rev: { $gt: rev },
    }));
    const found = await this.rows
      .find({ $or: branches }, { hint: BY_KIND })
      .project<{ chatId: Types.ObjectId }>({ chatId: 1 })
      .toArray();
    return [...new Set(found.map((row) => row.chatId.toHexString()))];
  }

  /** Who came and went in several chats, each up to a `rev` of its own; per chat in order. */
  async findRosterChangesUpTo(chats: { chatId: string; toRev: number }[]): Promise<ChatLogRow[]> {
    if (chats.length === 0) return [];
    const branches = chats.map(({ chatId, toRev }) => ({
      chatId: toObjectId(chatId),
      kind: { $in: ROSTER_CHANGES },
      lastSeq: { $exists: true },
      rev: { $lte: toRev },
    }));
    const found = await this.rows.find({ $or: branches }, { hint: BY_KIND }).toArray();
    return found.toSorted((a, b) => a.rev - b.rev);
  }

  /** When these rows of a chat were stored, by `rev`. */
  async findTimes(chatId: string, revs: number[]): Promise<Map<number, Date>> {
    const rows = await this.rows
      .find({ chatId: toObjectId(chatId), rev: { $in: revs } })
      .project<{ rev: number; createdAt: Date }>({ _id: 0, rev: 1, createdAt: 1 })
      .toArray();
    return new Map(rows.map(({ rev, createdAt }) => [rev, createdAt]));
  }

  /** One message each of several chats. */
  async findBySeqs(places: { chatId: string; seq: number }[]): Promise<ChatLogRow[]> {
    if (places.length === 0) return [];
    const branches = places.map(({ chatId, seq }) => ({ chatId: toObjectId(chatId), seq }));
    return this.all(this.rows.find({ $or: branches }, { hint: BY_SEQ }));
  }

  /**
   * Messages of others in stretches of chats, by chat and without quiet ones, straight from the index. Chats with
   * the same stretch share a branch: each costs the query several times what a chat does.
   */
  async countUnread(userId: string, stretches: UnreadStretch[]): Promise<Map<string, number>> {
    if (stretches.length === 0) return new Map();
    const alike = new Map<string, UnreadStretch[]>();
    for (const one of stretches) {
      const key = `${one.afterSeq}-${one.toSeq}`;
      alike.set(key, [...(alike.get(key) ?? []), one]);
    }
    const branches = [...alike.values()].map((ones) => ({
      chatId: { $in: ones.map(({ chatId }) => toObjectId(chatId)) },
      seq: { $gt: ones[0]?.afterSeq, $lte: ones[0]?.toSeq },
    }));
    const pipeline = [
      { $match: { $or: branches } },
      { $match: { senderId: { $ne: toObjectId(userId) }, isQuiet: { $ne: true } } },
      { $group: { _id: '$chatId', count: { $sum: 1 } } },
    ];
    const limit = stretches.length;
    const found = await aggregateAtOnce<{ _id: Types.ObjectId; count: number }>(this.model, {
      pipeline,
      limit,
    });
    return new Map(found.map(({ _id, count }) => [_id.toHexString(), count]));
  }

  /** Messages of one chat within the stretches given, by `seq`, from one end. */
  async findMessages(
    chatId: string,
    stretches: SeqRange[],
    order: 'ascending' | 'descending',
    limit: number,
  ): Promise<ChatLogRow[]> {
    if (stretches.length === 0) return [];
    const id = toObjectId(chatId);
    // Every stretch but the last holds a message, so of very many only the nearest can matter.
    const near = order === 'ascending' ? stretches.slice(0, limit + 1) : stretches.slice(-limit - 1);
    const branches = near.map(({ from, to }) => ({ chatId: id, seq: { $gte: from, $lte: to } }));
    const filter = branches.length === 1 && branches[0] ? branches[0] : { $or: branches };
    const sort = { seq: order === 'ascending' ? 1 : -1 } as const;
    return this.asOfNow(await findAtOnce(this.model, { filter, sort, limit }));
  }

  /** Rows of any kind behind `afterRev`, in order. */
  findRowsAfter(chatId: string, afterRev: number, toRev: number, limit: number): Promise<ChatLogRow[]> {
    return this.all(
      this.rows
        .find({ chatId: toObjectId(chatId), rev: { $gt: afterRev, $lte: toRev } })
        .sort({ rev: 1 })
        .limit(limit),
    );
  }

  /** Rows of any kind behind the `rev` of each of these chats, chat after chat by id, each in order. */
  async findRowsBehind(revs: ReadonlyMap<string, number>, limit: number): Promise<ChatLogRow[]> {
    if (revs.size === 0) return [];
    const branches = [...revs].map(([chatId, rev]) => ({ chatId: toObjectId(chatId), rev: { $gt: rev } }));
    return this.all(
      this.rows.find({ $or: branches }, { hint: BY_REV }).sort({ chatId: 1, rev: 1 }).limit(limit),
    );
  }

  /** Who wrote which message of this stretch, without quiet ones, straight from the index; the newest of a very long one. */
  async findAuthorsBySeq(chatId: string, { from, to }: SeqRange): Promise<{ seq: number; userId: string }[]> {
    const rows = await this.rows
      .find({ chatId: toObjectId(chatId), seq: { $gte: from, $lte: to }, isQuiet: { $ne: true } })
      .project<{ seq: number; senderId: Types.ObjectId }>({ _id: 0, seq: 1, senderId: 1 })
      .sort({ seq: -1 })
      .limit(MAX_RECEIPT_STRETCH)
      .toArray();
    return rows.map(({ seq, senderId }) => ({ seq, userId: senderId.toHexString() }));
  }

  private async all(cursor: mongo.FindCursor<ChatLogRow>): Promise<ChatLogRow[]> {
    return this.asOfNow(await cursor.toArray());
  }

  private asOfNow(rows: ChatLogRow[]): ChatLogRow[] {
    const nowMs = this.clock.nowMs();
    return rows.map((row) => asOf(row, nowMs));
  }

  private async one(found: Promise<ChatLogRow | null>): Promise<ChatLogRow | null> {
    const row = await found;
    return row && asOf(row, this.clock.nowMs());
  }
}

/** Somebody back after months covers a long stretch at once; authors of older messages hear by sync. */
const MAX_RECEIPT_STRETCH = 2000;

/** Of one chat, without its start. */
export interface UnreadStretch {
  chatId: string;
  afterSeq: number;
  toSeq: number;
}

/** Both ends included. */
export interface SeqRange {
  from: number;
  to: number;
}
