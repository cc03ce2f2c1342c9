import { Injectable } from '@nestjs/common';

import { toMessageView } from '../messages/message.view.js';
import { ChatMembersRepository, type Membership } from './chat-members.repository.js';
import { type ChatMemberView, type ChatView, DEFAULT_SETTINGS, type SharedChatView } from './chat.view.js';
import { type ChatRecord, ChatsRepository } from './chats.repository.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import { ChatState } from './log/chat-state.js';
import { lastVisibleRev, visibleStretches } from './membership.js';
import { readSeqFor } from './receipts/chat-receipts.schema.js';
import { ChatReceiptsRepository, type ReceiptsRecord } from './receipts/chat-receipts.repository.js';

/** Members that a chat view lists; larger groups are paged. */
export const MAX_LISTED_MEMBERS = 100;

/** Everything that views of a set of chats are made of, fetched in a bounded number of queries. */
interface Material {
  records: Map<string, ChatRecord>;
  heads: Map<string, ChatHead>;
  members: Map<string, Omit<ChatMemberView, 'lastReadSeq' | 'lastDeliveredSeq'>[]>;
  receipts: Map<string, ReceiptsRecord>;
}

interface ChatHead {
  rev: number;
  lastSeq: number;
  lastMessage: ChatLogRow | null;
}

/** Makes views of chats, each as its reader may see it. Reads the database, so that it is right on every node. */
@Injectable()
export class ChatReader {
  constructor(
    private readonly chats: ChatsRepository,
    private readonly members: ChatMembersRepository,
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly receipts: ChatReceiptsRepository,
  ) {}

  /** In the order of `memberships`, all of one user. */
  async views(userId: string, memberships: Membership[]): Promise<ChatView[]> {
    if (memberships.length === 0) return [];
    const records = await this.chats.findByIds(memberships.map(({ chatId }) => chatId));
    return this.viewsOf(userId, memberships, records);
  }

  /** The same where the fixed parts of the chats are at hand. */
  async viewsOf(userId: string, memberships: Membership[], records: ChatRecord[]): Promise<ChatView[]> {
    const material = await this.gather(userId, memberships, records);
    const unread = await this.countUnread(userId, memberships, material);
    return memberships.flatMap((membership) => {
      const shared = this.sharedView(membership.chatId, material, userId);
      if (!shared) return [];
      const lastReadSeq = material.receipts.get(membership.chatId)?.marks[userId]?.readSeq ?? 0;
      const me = { role: membership.role, lastReadSeq, mutedUntil: null, archived: false, pinned: false };
      return [{ ...shared, unreadCount: unread.get(membership.chatId) ?? 0, me }];
    });
  }

  /** As one member sees it, without what concerns them alone. */
  async shared(userId: string, membership: Membership): Promise<SharedChatView | null> {
    const records = await this.chats.findByIds([membership.chatId]);
    return this.sharedView(membership.chatId, await this.gather(userId, [membership], records), null);
  }

  /** How far each chat's two counters are. */
  async revs(chatIds: string[]): Promise<Map<string, { rev: number; receiptRev: number }>> {
    const [rows, receiptRevs] = await Promise.all([
      this.log.findLastRows(chatIds),
      this.receipts.findRevs(chatIds),
    ]);
    await Promise.all([...rows].map(([chatId, { rev }]) => this.chatLog.settled(chatId, rev)));
    return new Map(
      [...rows].map(([chatId, { rev }]) => [chatId, { rev, receiptRev: receiptRevs.get(chatId) ?? 0 }]),
    );
  }

  /**
   * After it, views of these chats hold the changes up to the `rev` given for each; another node may
   * have stored one and not worked it into the memberships yet.
   */
  async ensureProjected(chats: { chatId: string; rev: number }[]): Promise<void> {
    const records = await this.chats.findByIds(chats.map(({ chatId }) => chatId));
    const projected = new Map(records.map(({ id, projectedRev }) => [id, projectedRev]));
    const behind = chats
      .map(({ chatId, rev }) => ({ chatId, rev, projectedRev: projected.get(chatId) ?? rev }))
      .filter(({ rev, projectedRev }) => projectedRev < rev);
    const changed = await this.log.findChatsWithChangesAfter(
      behind.map(({ chatId, projectedRev }) => ({ chatId, rev: projectedRev })),
    );
    await Promise.all(changed.map((chatId) => this.chatLog.ensureProjected(chatId)));
  }

  private async gather(userId: string, memberships: Membership[], found: ChatRecord[]): Promise<Material> {
    const records = new Map(found.map((record) => [record.id, record]));
    const active = memberships.filter(({ isActive }) => isActive).map(({ chatId }) => chatId);
    const past = memberships.filter(({ isActive }) => !isActive);
    const small = active.filter((chatId) => (records.get(chatId)?.memberCount ?? 0) <= MAX_LISTED_MEMBERS);
    const large = memberships.map(({ chatId }) => chatId).filter((chatId) => !small.includes(chatId));
    const [heads, members, receipts, receiptsOfLarge] = await Promise.all([
      this.heads(memberships),
      this.members.findActive(small, MAX_LISTED_MEMBERS),
      this.receipts.findByChats(small),
      this.receipts.findByChatsForUser(large, userId),
    ]);
    const listed: Material['members'] = new Map();
    for (const [chatId, list] of members) listed.set(chatId, list.map(toListed));
    await Promise.all(
      past.map(async (membership) => {
        const { roster, count } = await this.rosterWhenLeaving(membership);
        listed.set(membership.chatId, roster);
        const record = records.get(membership.chatId);
        if (record) records.set(record.id, { ...record, memberCount: count });
      }),
    );
    return { records, heads, members: listed, receipts: new Map([...receipts, ...receiptsOfLarge]) };
  }

  /** Who left sees the chat as it was then. */
  private async rosterWhenLeaving(membership: Membership) {
    const state = new ChatState(membership.chatId, 'group', 0, 0, new Map(), membership.joinedAt);
    for (const row of await this.log.findChanges(membership.chatId, 0, lastVisibleRev(membership)))
      state.apply(row);
    const roster = state.memberCount <= MAX_LISTED_MEMBERS ? state.members.map(toListed) : [];
    return { roster, count: state.memberCount };
  }

  /** Last change and last message, as far as each membership may see. */
  private async heads(memberships: Membership[]): Promise<Map<string, ChatHead>> {
    const active = memberships.filter(({ isActive }) => isActive).map(({ chatId }) => chatId);
    const [rows, messages] = await Promise.all([
      this.log.findLastRows(active),
      this.log.findLastMessages(active),
    ]);
    await Promise.all([...rows].map(([chatId, row]) => this.chatLog.settled(chatId, row.rev)));
    const heads = new Map<string, ChatHead>();
    for (const membership of memberships) {
      const { chatId } = membership;
      const row = rows.get(chatId);
      const message = messages.get(chatId) ?? null;
      // The two queries are no snapshot: the later of them may know one message more.
      const rev = Math.max(row?.rev ?? 0, message?.rev ?? 0);
      const lastSeq = Math.max(row?.seq ?? row?.lastSeq ?? 0, message?.seq ?? 0);
      const isShown = visibleStretches(membership).some(
        ({ from, to }) => message?.seq && message.seq >= from && message.seq <= to,
      );
      heads.set(
        chatId,
        membership.isActive
          ? { rev, lastSeq, lastMessage: isShown ? message : null }
          : await this.pastHead(membership),
      );
    }
    return heads;
  }

  private async pastHead(membership: Membership): Promise<ChatHead> {
    const [lastMessage] = await this.log.findMessages(
      membership.chatId,
      visibleStretches(membership),
      'descending',
      1,
    );
    const lastSeq = membership.spans.at(-1)?.toSeq ?? 0;
    return { rev: lastVisibleRev(membership), lastSeq, lastMessage: lastMessage ?? null };
  }

  private countUnread(userId: string, memberships: Membership[], { heads, receipts }: Material) {
    return this.log.countUnread(
      userId,
      memberships.flatMap((membership) => {
        const lastSeq = heads.get(membership.chatId)?.lastSeq ?? 0;
        const readSeq = receipts.get(membership.chatId)?.marks[userId]?.readSeq ?? 0;
        return visibleStretches(membership).flatMap(({ from, to }) => {
          const afterSeq = Math.max(readSeq, from - 1);
          const toSeq = Math.min(to, lastSeq);
          return toSeq > afterSeq ? [{ chatId: membership.chatId, afterSeq, toSeq }] : [];
        });
      }),
    );
  }

  /** `viewerId` is `null` where the view goes to several people. */
  private sharedView(
    chatId: string,
    { records, heads, members, receipts }: Material,
    viewerId: string | null,
  ): SharedChatView | null {
    const record = records.get(chatId);
    const head = heads.get(chatId);
    if (!record || !head) return null;
    const marks = receipts.get(chatId)?.marks ?? {};
    return {
      ...fixedPart(record),
      lastSeq: head.lastSeq,
      rev: head.rev,
      receiptRev: receipts.get(chatId)?.rev ?? 0,
      lastMessage: head.lastMessage && toMessageView(head.lastMessage),
      memberCount: record.memberCount,
      members: (members.get(chatId) ?? []).map((member) => ({
        ...member,
        lastReadSeq: readSeqFor(viewerId, member.userId, marks[member.userId]),
        lastDeliveredSeq: marks[member.userId]?.deliveredSeq ?? 0,
      })),
      settings: DEFAULT_SETTINGS,
    };
  }
}

function toListed({
  userId,
  role,
  joinedAt,
}: {
  userId: string;
  role: ChatView['members'][number]['role'];
  joinedAt: Date;
}) {
  return { userId, role, joinedAt: joinedAt.toISOString() };
}

/** The shared view of a chat at its first row, which needs no query. */
export function newChatView(record: ChatRecord, created: ChatLogRow): SharedChatView {
  const joinedAt = created.createdAt.toISOString();
  return {
    ...fixedPart(record),
    lastSeq: 0,
    rev: created.rev,
    receiptRev: 0,
    lastMessage: null,
    memberCount: created.memberCount ?? 0,
    members: listable(created.members ?? []).map(({ userId, role }) => ({
      userId: userId.toHexString(),
      role,
      joinedAt,
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
    })),
    settings: DEFAULT_SETTINGS,
  };
}

function fixedPart({ id, type, title, createdBy, createdAt }: ChatRecord) {
  return { id, type, title, avatarUrl: null, createdBy, createdAt: createdAt.toISOString() };
}

/** All members, or none where they are too many to list. */
function listable<T>(members: T[]): T[] {
  return members.length > MAX_LISTED_MEMBERS ? [] : members;
}
