import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, type mongo, type Types } from 'mongoose';

import { idsBy, toObjectId } from '../database/object-id.js';
import { aggregateAtOnce, findAtOnce } from '../database/read-at-once.js';
import { ChatMember, COUNTED, type MemberSpan } from './chat-member.schema.js';
import type { ChatRole, ChatRosterEntry } from './log/chat-state.js';

/** One membership as the rest of the server sees it. */
export interface Membership {
  chatId: string;
  userId: string;
  role: ChatRole;
  isActive: boolean;
  joinedAt: Date;
  spans: MemberSpan[];
  hiddenUpToSeq?: number;
  clearedUpToSeq?: number;
  mutedUntil?: Date | null;
  isArchived?: boolean;
  isPinned?: boolean;
  unreadMark?: number;
  /** Not by themselves. */
  wasRemoved?: boolean;
  deletedSeqs?: number[];
  /** `false`: they have never starred a message here. */
  hasStarred?: boolean;
  /** The other one of a direct chat. */
  partnerId?: string;
}

type LeanMember = Omit<ChatMember, '_id' | 'writes'>;

/** Differs as soon as any membership of a user does: rows are never removed, and each counts its writes. */
export interface MembershipsPrint {
  count: number;
  writes: number;
}

const FIELDS = {
  _id: 0,
  chatId: 1,
  userId: 1,
  role: 1,
  isActive: 1,
  joinedAt: 1,
  spans: 1,
  hiddenUpToSeq: 1,
  wasRemoved: 1,
  clearedUpToSeq: 1,
  mutedUntil: 1,
  isArchived: 1,
  isPinned: 1,
  unreadMark: 1,
  deletedSeqs: 1,
  hasStarred: 1,
  partnerId: 1,
} as const;

@Injectable()
export class ChatMembersRepository {
  constructor(@InjectModel(ChatMember.name) private readonly model: Model<ChatMember>) {}

  private get rows(): mongo.Collection<ChatMember> {
    return this.model.collection as unknown as mongo.Collection<ChatMember>;
  }

  async find(chatId: string, userId: string): Promise<Membership | null> {
    const filter = { chatId: toObjectId(chatId), userId: toObjectId(userId) };
    const [row] = await findAtOnce(this.model, { filter, projection: FIELDS, limit: 1 });
    return row ? toMembership(row) : null;
  }

  /** Of these chats those that the user is or was in. */
  async findAmong(userId: string, chatIds: readonly string[]): Promise<Membership[]> {
    if (chatIds.length === 0) return [];
    const rows = await this.model
      .find({ userId: toObjectId(userId), chatId: { $in: chatIds.map(toObjectId) } }, FIELDS)
      .lean<LeanMember[]>();
    return rows.map(toMembership);
  }

  /** All chats of a user that are on their list or in their past, with the print of these very rows. */
  async findByUser(userId: string): Promise<{ all: Membership[]; print: MembershipsPrint }> {
    const rows = await this.model
      .find({ userId: toObjectId(userId) }, { ...FIELDS, writes: 1 })
      .lean<(LeanMember & Pick<ChatMember, 'writes'>)[]>();
    const print = { count: rows.length, writes: 0 };
    const all = rows.map(({ writes = 0, ...row }) => {
      print.writes += writes;
      return toMembership(row);
    });
    return { all, print };
  }

  /** The prints of these users' memberships as they are now, straight from the index; who has none is not in it. */
  async findPrints(userIds: readonly string[]): Promise<Map<string, MembershipsPrint>> {
    const pipeline = [
      { $match: { userId: { $in: userIds.map(toObjectId) } } },
      { $group: { _id: '$userId', count: { $sum: 1 }, writes: { $sum: '$writes' } } },
    ];
    const prints = await aggregateAtOnce<MembershipsPrint & { _id: Types.ObjectId }>(this.model, {
      pipeline,
      limit: userIds.length,
    });
    return new Map(prints.map(({ _id, count, writes }) => [_id.toHexString(), { count, writes }]));
  }

  /** Active members of these chats in the order of joining, at most `perChat` of each. */
  async findActive(chatIds: string[], perChat: number): Promise<Map<string, Membership[]>> {
    const rows = await this.model
      .find({ chatId: { $in: chatIds.map(toObjectId) }, isActive: true }, FIELDS)
      .sort({ joinedAt: 1, _id: 1 })
      .lean<LeanMember[]>();
    const byChat = new Map<string, Membership[]>(chatIds.map((chatId) => [chatId, []]));
    for (const row of rows) {
      const members = byChat.get(row.chatId.toHexString());
      if (members && members.length < perChat) members.push(toMembership(row));
    }
    return byChat;
  }

  /** As `findActive` of all members, and of these only what counts in a chat's log. */
  async findRosters(chatIds: string[]): Promise<Map<string, ChatRosterEntry[]>> {
    const active = { chatId: { $in: chatIds.map(toObjectId) }, isActive: true };
    const rows = await this.rows
      .find(active, { projection: { chatId: 1, userId: 1, role: 1, joinedAt: 1 } })
      .toArray();
    const byChat = new Map<string, ChatMember[]>();
    for (const row of rows) {
      const id = row.chatId.toHexString();
      const roster = byChat.get(id);
      if (roster) roster.push(row);
      else byChat.set(id, [row]);
    }
    return new Map([...byChat].map(([id, roster]) => [id, roster.toSorted(inOrderOfJoining).map(toEntry)]));
  }

  /** Who has left at a `rev` from `from` on and before `to`, now or before they came back and left again. */
  async findLeftWithin(chatId: string, { from, to }: { from: number; to: number }): Promise<Membership[]> {
    const end = { $elemMatch: { toRev: { $gte: from, $lt: to } } };
    const rows = await this.model
      .find({ chatId: toObjectId(chatId), isActive: false, spans: end }, FIELDS)
      .lean<LeanMember[]>();
    return rows.map(toMembership);
  }

  /** The active members who may see the message with this `seq`; not those who joined after it. */
  async findWhoSee(chatId: string, seq: number): Promise<string[]> {
    const rows = await this.model
      .find(
        {
          chatId: toObjectId(chatId),
          isActive: true,
          hiddenUpToSeq: { $not: { $gte: seq } },
          clearedUpToSeq: { $not: { $gte: seq } },
          deletedSeqs: { $ne: seq },
          spans: { $elemMatch: { fromSeq: { $lte: seq }, toSeq: { $not: { $lt: seq } } } },
        },
        { _id: 0, userId: 1 },
      )
      .lean<Pick<ChatMember, 'userId'>[]>();
    return rows.map(({ userId }) => userId.toHexString());
  }

  /** A page of a chat's active members by user id; with `past` also of those who have left. */
  async findPage(
    chatId: string,
    afterUserId: string | null,
    limit: number,
    { past = false } = {},
  ): Promise<Membership[]> {
    const rows = await this.model
      .find(
        {
          chatId: toObjectId(chatId),
          ...(!past && { isActive: true }),
          ...(afterUserId && { userId: { $gt: toObjectId(afterUserId) } }),
        },
        FIELDS,
      )
      .sort({ userId: 1 })
      .limit(limit)
      .lean<LeanMember[]>();
    return rows.map(toMembership);
  }

  /** The other ones of these users' direct chats, without chats that the user was never shown. */
  async findDirectPartners(userIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.model
      .find(
        {
          userId: { $in: userIds.map(toObjectId) },
          partnerId: { $exists: true },
          hiddenUpToSeq: { $ne: 0 },
        },
        { _id: 0, userId: 1, partnerId: 1 },
      )
      .lean<{ userId: Types.ObjectId; partnerId: Types.ObjectId }[]>();
    return idsBy(rows, ({ userId, partnerId }) => [userId, partnerId]);
  }

  /** Which of `otherIds` share a chat with the user, both still being in it and having been shown it. */
  async findChatMates(userId: string, otherIds: string[]): Promise<Set<string>> {
    const inIt = { isActive: true, hiddenUpToSeq: { $ne: 0 } };
    const chatIds = await this.model.distinct('chatId', { userId: toObjectId(userId), ...inIt });
    const found = await this.model.distinct('userId', {
      userId: { $in: otherIds.map(toObjectId) },
      chatId: { $in: chatIds },
      ...inIt,
    });
    return new Set(found.map((id) => id.toHexString()));
  }

  /** Off the list, and no longer pinned, archived or marked there. */
  async hide(chatId: string, userId: string, upToSeq: number): Promise<void> {
    const filter = { chatId: toObjectId(chatId), userId: toObjectId(userId) };
    await this.model.updateOne(filter, {
      $max: { hiddenUpToSeq: upToSeq },
      $unset: { isPinned: 1, isArchived: 1, unreadMark: 1 },
      $pull: { deletedSeqs: { $lte: upToSeq } },
      $inc: COUNTED,
    });
  }

  /** Takes one message out of what the user sees. */
  async deleteForMe(chatId: string, userId: string, seq: number): Promise<void> {
    const filter = { chatId: toObjectId(chatId), userId: toObjectId(userId) };
    await this.model.updateOne(filter, { $addToSet: { deletedSeqs: seq }, $inc: COUNTED });
  }

  /** Before their first star here. Stays: whether one is left is for the stars themselves to say. */
  async noteStars(chatId: string, userId: string): Promise<void> {
    const filter = { chatId: toObjectId(chatId), userId: toObjectId(userId) };
    await this.model.updateOne(filter, { $set: { hasStarred: true }, $inc: COUNTED });
  }

  /** Shows chats that were hidden before their first message, to one member or to all. */
  async unhideEmpty(chatIds: string[], userId?: string): Promise<void> {
    const of = userId === undefined ? {} : { userId: toObjectId(userId) };
    const filter = { chatId: { $in: chatIds.map(toObjectId) }, ...of, hiddenUpToSeq: 0 };
    await this.model.updateMany(filter, { $unset: { hiddenUpToSeq: 1 }, $inc: COUNTED });
  }
}

/** As the database sorts by `joinedAt` and `_id`. */
function inOrderOfJoining(a: ChatMember, b: ChatMember): number {
  return a.joinedAt.getTime() - b.joinedAt.getTime() || (a._id.toHexString() < b._id.toHexString() ? -1 : 1);
}

function toEntry({ userId, role, joinedAt }: ChatMember): ChatRosterEntry {
  return { userId: userId.toHexString(), role, joinedAt };
}

/** Field by field: lists go through hundreds, and objects of one shape are several times as fast to read. */
function toMembership(row: LeanMember): Membership {
  return {
    chatId: row.chatId.toHexString(),
    userId: row.userId.toHexString(),
    role: row.role,
    isActive: row.isActive,
    joinedAt: row.joinedAt,
    spans: row.spans,
    hiddenUpToSeq: row.hiddenUpToSeq,
    clearedUpToSeq: row.clearedUpToSeq,
    mutedUntil: row.mutedUntil,
    isArchived: row.isArchived,
    isPinned: row.isPinned,
    hasStarred: row.hasStarred,
    unreadMark: row.unreadMark,
    wasRemoved: row.wasRemoved,
    deletedSeqs: row.deletedSeqs,
    partnerId: row.partnerId?.toHexString(),
  };
}
