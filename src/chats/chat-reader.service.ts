import { Injectable } from '@nestjs/common';

import { mediaUrl } from '../media/attachment.js';
import { MessageMarks } from '../messages/marks/message-marks.service.js';
import { toMessageView } from '../messages/message.view.js';
import { type ChatHead, ChatHeads } from './chat-heads.service.js';
import type { Membership } from './chat-members.repository.js';
import { type ChatRoster, ChatRosters, MAX_LISTED_MEMBERS } from './chat-rosters.service.js';
import type { ChatView, SharedChatView } from './chat.view.js';
import { type ChatRecord, ChatsRepository } from './chats.repository.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { unreadStretches } from './membership.js';
import { toPreferences } from './preferences.view.js';
import { ChatReceiptsRepository, type ReceiptsRecord } from './receipts/chat-receipts.repository.js';
import { readSeqFor } from './receipts/chat-receipts.schema.js';

/** Everything that the views of a set of chats are made of. */
interface Material {
  records: Map<string, ChatRecord>;
  heads: Map<string, ChatHead>;
  rosters: Map<string, ChatRoster>;
  receipts: Map<string, ReceiptsRecord>;
}

/** Makes views of chats, each as its reader may see it, in a number of queries that does not grow with the chats. */
@Injectable()
export class ChatReader {
  constructor(
    private readonly chats: ChatsRepository,
    private readonly heads: ChatHeads,
    private readonly rosters: ChatRosters,
    private readonly log: ChatLogRepository,
    private readonly receipts: ChatReceiptsRepository,
    private readonly marks: MessageMarks,
  ) {}

  /** In the order of `memberships`, all of one user. */
  async views(userId: string, memberships: Membership[]): Promise<ChatView[]> {
    if (memberships.length === 0) return [];
    const records = await this.chats.findByIds(memberships.map(({ chatId }) => chatId));
    return this.viewsOf(userId, memberships, records);
  }

  /** The same where the fixed parts of the chats are at hand. */
  async viewsOf(userId: string, memberships: Membership[], records: ChatRecord[]): Promise<ChatView[]> {
    const material = await this.gatherWhole(userId, memberships, records);
    const unread = await this.countUnread(userId, memberships, material);
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
      return [{ ...shared, unreadCount: unread.get(chatId) ?? 0, me }];
    });
    await this.marks.addStars(
      userId,
      views.flatMap(({ lastMessage }) => lastMessage ?? []),
    );
    return views;
  }

  /** As one member sees it, without what concerns them alone. */
  async shared(userId: string, membership: Membership): Promise<SharedChatView | null> {
    const records = await this.chats.findByIds([membership.chatId]);
    return sharedView(membership.chatId, await this.gather(userId, [membership], records), null);
  }

  private async gatherWhole(
    userId: string,
    memberships: Membership[],
    found: ChatRecord[],
  ): Promise<Material> {
    const material = await this.gather(userId, memberships, found);
    if (!(await this.heads.repaired(found, material.heads))) return material;
    return this.gather(userId, memberships, await this.chats.findByIds(found.map(({ id }) => id)));
  }

  private async gather(userId: string, memberships: Membership[], found: ChatRecord[]): Promise<Material> {
    const records = new Map(found.map((record) => [record.id, record]));
    const isLarge = ({ chatId, isActive }: Membership) =>
      !isActive || (records.get(chatId)?.memberCount ?? 0) > MAX_LISTED_MEMBERS;
    const [heads, rosters, receipts, ownReceipts] = await Promise.all([
      this.heads.find(memberships),
      this.rosters.find(memberships, records),
      this.receipts.findByChats(memberships.filter((one) => !isLarge(one)).map(({ chatId }) => chatId)),
      this.receipts.findByChatsForUser(
        memberships.filter(isLarge).map(({ chatId }) => chatId),
        userId,
      ),
    ]);
    for (const { chatId, isActive } of memberships) {
      const own = ownReceipts.get(chatId);
      // How others get on with reading is not for who has left: their own last step is where it ends.
      if (own && !isActive) ownReceipts.set(chatId, { ...own, rev: own.marks[userId]?.rev ?? 0 });
    }
    return { records, heads, rosters, receipts: new Map([...receipts, ...ownReceipts]) };
  }

  /** Messages of others behind what the user has read, where the user may see them. */
  private countUnread(userId: string, memberships: Membership[], { heads, receipts }: Material) {
    return this.log.countUnread(
      userId,
      memberships.flatMap((membership) => {
        const lastSeq = heads.get(membership.chatId)?.lastSeq ?? 0;
        const readSeq = receipts.get(membership.chatId)?.marks[userId]?.readSeq ?? 0;
        return unreadStretches(membership).flatMap(({ from, to }) => {
          const afterSeq = Math.max(readSeq, from - 1);
          const toSeq = Math.min(to, lastSeq);
          return toSeq > afterSeq ? [{ chatId: membership.chatId, afterSeq, toSeq }] : [];
        });
      }),
    );
  }
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
  { records, heads, rosters, receipts }: Material,
  viewerId: string | null,
): SharedChatView | null {
  const record = records.get(chatId);
  const head = heads.get(chatId);
  const roster = rosters.get(chatId);
  if (!record || !head || !roster) return null;
  const { rev: receiptRev = 0, marks = {} } = receipts.get(chatId) ?? {};
  const members = roster.listed.map((member) => ({
    ...member,
    lastReadSeq: readSeqFor(viewerId, member.userId, marks[member.userId]),
    lastDeliveredSeq: marks[member.userId]?.deliveredSeq ?? 0,
  }));
  const profile = roster.profile ?? record.profile;
  return toView({ ...record, profile }, head, { memberCount: roster.count, members, receiptRev });
}

function toView(
  record: ChatRecord,
  head: ChatHead,
  rest: Pick<SharedChatView, 'memberCount' | 'members' | 'receiptRev'>,
): SharedChatView {
  const { id, type, createdBy, createdAt } = record;
  const { title, description, avatarMediaId } = record.profile.info;
  return {
    id,
    type,
    title,
    ...(description !== null && { description }),
    avatarUrl: avatarMediaId && mediaUrl(avatarMediaId),
    createdBy,
    createdAt: createdAt.toISOString(),
    lastSeq: head.lastSeq,
    rev: head.rev,
    lastMessage: head.lastMessage && toMessageView(head.lastMessage),
    ...rest,
    settings: record.profile.settings,
  };
}
