import { Injectable } from '@nestjs/common';

import { mediaUrl } from '../media/attachment.js';
import { MessageMarks } from '../messages/marks/message-marks.service.js';
import { toMessageView } from '../messages/message.view.js';
import { type ChatCard, ChatCards } from './chat-cards.service.js';
import { type ChatHead, ChatHeads } from './chat-heads.service.js';
import type { Membership } from './chat-members.repository.js';
import { ChatRosters, MAX_LISTED_MEMBERS, type PastRoster } from './chat-rosters.service.js';
import type { ChatView, SharedChatView } from './chat.view.js';
import type { ChatRecord } from './chats.repository.js';
import type { ChatProfile } from './log/chat-profile.js';
import type { UnreadStretch } from './log/chat-log.repository.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { unreadStretches } from './membership.js';
import { toPreferences } from './preferences.view.js';
import { ChatReceiptsRepository, type ReceiptsRecord } from './receipts/chat-receipts.repository.js';
import { readSeqFor } from './receipts/chat-receipts.schema.js';
import { UnreadCounts } from './unread-counts.service.js';

/** Everything that the views of a set of chats are made of. */
interface Material {
  cards: Map<string, ChatCard>;
  heads: Map<string, ChatHead>;
  past: Map<string, PastRoster>;
  receipts: Map<string, ReceiptsRecord>;
}

/** Makes views of chats, each as its reader may see it, in a number of queries that does not grow with the chats. */
@Injectable()
export class ChatReader {
  constructor(
    private readonly cards: ChatCards,
    private readonly heads: ChatHeads,
    private readonly rosters: ChatRosters,
    private readonly unread: UnreadCounts,
    private readonly receipts: ChatReceiptsRepository,
    private readonly marks: MessageMarks,
  ) {}

  /** In the order of `memberships`, all of one user. */
  async views(userId: string, memberships: Membership[]): Promise<ChatView[]> {
    if (memberships.length === 0) return [];
    const material = await this.gather(userId, memberships);
    const unread = await this.countUnread(userId, memberships, material);
    const starless = new Set(
      memberships.filter(({ hasStarred }) => hasStarred === false).map(({ chatId }) => chatId),
    );
    const views = memberships.flatMap((membership) => {
      const { chatId, role } = membership;
      const shared = sharedView(chatId, material, userId);
      if (!shared) return [];
      const lastReadSeq = material.receipts.get(chatId)?.marks[userId]?.readSeq ?? 0;
      const { mutedUntil, archived, pinned, markedUnread, clearedUpToSeq } = toPreferences(
        membership,
        lastReadSeq,
      );
      const me = { role, lastReadSeq, mutedUntil, archived, pinned, markedUnread, clearedUpToSeq };
      return [Object.assign(shared, { unreadCount: unread.get(chatId) ?? 0, me })];
    });
    await this.marks.addStars(
      userId,
      views.flatMap(({ id, lastMessage }) => (lastMessage && !starless.has(id) ? lastMessage : [])),
    );
    return views;
  }

  /** As one member sees it, without what concerns them alone. */
  async shared(userId: string, membership: Membership): Promise<SharedChatView | null> {
    return sharedView(membership.chatId, await this.gather(userId, [membership]), null);
  }

  private async gather(userId: string, memberships: Membership[]): Promise<Material> {
    const known = await this.cards.find(memberships.map(({ chatId }) => chatId));
    const [heads, past, early] = await Promise.all([
      this.heads.find(memberships),
      this.rosters.whenLeaving(memberships.filter(({ isActive }) => !isActive)),
      this.findReceipts(userId, memberships, known),
    ]);
    const present = memberships.filter(({ isActive }) => isActive);
    const cards = await this.cards.upTo(
      new Map(present.map(({ chatId }) => [chatId, heads.get(chatId) as ChatHead])),
    );
    const hasOutgrown = present.some(
      ({ chatId }) => isLarge(known.get(chatId)) !== isLarge(cards.get(chatId)),
    );
    const receipts = hasOutgrown ? await this.findReceipts(userId, memberships, cards) : early;
    return { cards: new Map([...known, ...cards]), heads, past, receipts };
  }

  /** Those of a large group are read for the user alone: its members are not listed. */
  private async findReceipts(userId: string, memberships: Membership[], cards: Map<string, ChatCard>) {
    const isOwnEnough = ({ chatId, isActive }: Membership) => !isActive || isLarge(cards.get(chatId));
    const [all, own] = await Promise.all([
      this.receipts.findByChats(memberships.filter((one) => !isOwnEnough(one)).map(({ chatId }) => chatId)),
      this.receipts.findByChatsForUser(
        memberships.filter(isOwnEnough).map(({ chatId }) => chatId),
        userId,
      ),
    ]);
    for (const { chatId, isActive } of memberships) {
      const one = own.get(chatId);
      // How others get on with reading is not for who has left: their own last step is where it ends.
      if (one && !isActive) own.set(chatId, { ...one, rev: one.marks[userId]?.rev ?? 0 });
    }
    return new Map([...all, ...own]);
  }

  /** Messages of others behind what the user has read, where the user may see them. */
  private countUnread(userId: string, memberships: Membership[], { heads, receipts }: Material) {
    const stretches = memberships.map((membership): [string, UnreadStretch[]] => {
      const { chatId } = membership;
      const lastSeq = heads.get(chatId)?.lastSeq ?? 0;
      const readSeq = receipts.get(chatId)?.marks[userId]?.readSeq ?? 0;
      const unread = unreadStretches(membership).flatMap(({ from, to }) => {
        const afterSeq = Math.max(readSeq, from - 1);
        const toSeq = Math.min(to, lastSeq);
        return toSeq > afterSeq ? [{ chatId, afterSeq, toSeq }] : [];
      });
      return [chatId, unread];
    });
    return this.unread.of(userId, new Map(stretches));
  }
}

function isLarge(card: ChatCard | undefined): boolean {
  return (card?.record.memberCount ?? 0) > MAX_LISTED_MEMBERS;
}

/** The shared view of a chat at its first row, which needs no query. */
export function newChatView(record: ChatRecord, created: ChatLogRow): SharedChatView {
  const roster = created.members ?? [];
  const joinedAt = created.createdAt.toISOString();
  const seqs = { lastReadSeq: 0, lastDeliveredSeq: 0 };
  const members = roster.map(({ userId, role }) => ({
    userId: userId.toHexString(),
    role,
    joinedAt,
    ...seqs,
  }));
  return toView(
    record,
    record.profile,
    {
      rev: created.rev,
      lastSeq: created.seq ?? 0,
      lastMessage: created.seq === undefined ? null : created,
    },
    { memberCount: roster.length, members: roster.length > MAX_LISTED_MEMBERS ? [] : members, receiptRev: 0 },
  );
}

/** `viewerId` is `null` where the view goes to several people. */
function sharedView(
  chatId: string,
  { cards, heads, past, receipts }: Material,
  viewerId: string | null,
): SharedChatView | null {
  const card = cards.get(chatId);
  const head = heads.get(chatId);
  if (!card || !head) return null;
  const { record } = card;
  const { count, listed, profile } = past.get(chatId) ?? {
    count: record.memberCount,
    listed: card.listed ?? [],
    profile: record.profile,
  };
  const { rev: receiptRev = 0, marks = {} } = receipts.get(chatId) ?? {};
  const members = listed.map(({ userId, role, joinedAt }) => ({
    userId,
    role,
    joinedAt,
    lastReadSeq: readSeqFor(viewerId, userId, marks[userId]),
    lastDeliveredSeq: marks[userId]?.deliveredSeq ?? 0,
  }));
  return toView(record, profile, head, { memberCount: count, members, receiptRev });
}

function toView(
  { id, type, createdBy, createdAt }: ChatRecord,
  { info, settings }: ChatProfile,
  head: ChatHead,
  { memberCount, members, receiptRev }: Pick<SharedChatView, 'memberCount' | 'members' | 'receiptRev'>,
): SharedChatView {
  return {
    id,
    type,
    title: info.title,
    description: info.description ?? undefined,
    avatarUrl: info.avatarMediaId && mediaUrl(info.avatarMediaId),
    createdBy,
    createdAt: createdAt.toISOString(),
    lastSeq: head.lastSeq,
    rev: head.rev,
    lastMessage: head.lastMessage && toMessageView(head.lastMessage),
    memberCount,
    members,
    receiptRev,
    settings,
  };
}
