import { Injectable } from '@nestjs/common';

import { ChatHeads } from '../chats/chat-heads.service.js';
import type { Membership } from '../chats/chat-members.repository.js';
import { ChatReader } from '../chats/chat-reader.service.js';
import type { ChatView } from '../chats/chat.view.js';
import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { isGone, isListed, lastVisibleRev, sees, visibleStretches } from '../chats/membership.js';
import { Memberships } from '../chats/memberships.service.js';
import { readSeqFor } from '../chats/receipts/chat-receipts.schema.js';
import { ChatReceiptsRepository, type ReceiptsRecord } from '../chats/receipts/chat-receipts.repository.js';
import { CallHistory } from '../calls/call-history.js';
import { Clock } from '../common/clock.js';
import { decodeCursor, encodeCursor } from '../common/pagination/cursor.js';
import { type DeletedBehind, MessageMarks } from '../messages/marks/message-marks.service.js';
import { type MessageView, toMessageView } from '../messages/message.view.js';
import { StatusLists } from '../status/status-lists.service.js';
import { DEFAULT_SYNC_MESSAGES, type HeldRevs, type SyncDto } from './dto/sync.dto.js';
import { SyncMeService } from './sync-me.service.js';
import type { ReceiptView, SyncedChatView, SyncView } from './sync.view.js';

/** Messages of a chat that a device has never seen. */
const SNAPSHOT_MESSAGES = 50;
/** Chats per answer: bounds the answer where each has little that is new. */
const MAX_CHATS_PER_ANSWER = 100;

/** Answers to changed messages that one answer of ours brings again: of changes with more, fewer come at once. */
const MAX_REQUOTED = 200;
/** Of one change; clients mend the others by the message itself. */
const MAX_REQUOTED_BY_ONE = 1000;

/** Where the answer before ended. */
interface Position {
  chatId: string;
  rev: number;
  /** The `me` rev when the first answer was begun. */
  meRev: number;
}

interface Held {
  rev: number;
  receiptRev: number;
}

/** One chat that has something new for the client. */
interface Behind {
  membership: Membership;
  held: Held;
  /** The last change that this member may know. */
  headRev: number;
  /** Messages that the user has deleted for themselves. */
  removed: string[];
}

/**
 * Catch-up: for the revs that a client holds, exactly what it lacks. Every change of a chat is a row of
 * its log, so what is behind a rev is a range of one index.
 */
@Injectable()
export class SyncService {
  constructor(
    private readonly memberships: Memberships,
    private readonly heads: ChatHeads,
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly messages: MessageChangesRepository,
    private readonly past: MessagePast,
    private readonly reader: ChatReader,
    private readonly receipts: ChatReceiptsRepository,
    private readonly marks: MessageMarks,
    private readonly me: SyncMeService,
    private readonly statuses: StatusLists,
    private readonly calls: CallHistory,
    private readonly clock: Clock,
  ) {}

  async sync(userId: string, dto: SyncDto): Promise<SyncView> {
    const position = dto.cursor === undefined ? null : positionOf(dto.cursor);
    // Before all else: what is deleted meanwhile for oneself must not count as told.
    const meRev = dto.me === undefined ? 0 : (position?.meRev ?? (await this.me.rev(userId)));
    const all = await this.memberships.of(userId);
    const memberships = all
      .filter((membership) => !isGone(membership) && membership.chatId >= (position?.chatId ?? ''))
      .toSorted((a, b) => (a.chatId < b.chatId ? -1 : 1));
    const deleted: DeletedBehind =
      dto.me === undefined ? { marks: [] } : await this.marks.deletedBehind(userId, dto.me, meRev);
    const behind = await this.behind(memberships, dto.chats, position, removedIn(deleted));
    const { chats, next } = await this.collect(userId, behind, dto.limit ?? DEFAULT_SYNC_MESSAGES);
    await this.marks.addStars(
      userId,
      chats.flatMap(({ messages }) => messages),
    );
    const isFirst = position === null;
    // With the last one, as its rev says that all `removed` have come, in whichever answer.
    const me = next
      ? undefined
      : await this.me.behind(userId, dto.me, Math.min(meRev, deleted.upToRev ?? meRev));
    const statuses = isFirst && dto.me !== undefined ? await this.statuses.live(userId) : undefined;
    const active = all.filter(({ isActive }) => isActive).map(({ chatId }) => chatId);
    const calls = isFirst ? await this.calls.live(userId, active) : undefined;
    return {
      chats,
      removedChats: position
        ? []
        : all.filter((one) => isGone(one) && one.chatId in dto.chats).map(({ chatId }) => chatId),
      ...(me && { me }),
      ...(calls && { calls }),
      ...(statuses && { statuses }),
      nextCursor: next && encodeCursor([next.chatId, next.rev, meRev]),
      serverTime: this.clock.now().toISOString(),
    };
  }

  private async behind(
    memberships: Membership[],
    holds: Record<string, HeldRevs>,
    position: Position | null,
    removed: Map<string, string[]>,
  ): Promise<Behind[]> {
    const heads = await this.heads.revs(memberships.map(({ chatId }) => chatId));
    return memberships.flatMap((membership) => {
      const { chatId } = membership;
      const held = heldOf(holds[chatId]);
      // A chat that the answer before broke off goes on where that ended.
      if (position?.chatId === chatId) held.rev = position.rev;
      const head = heads.get(chatId);
      if (!head) return [];
      const headRev = Math.min(head.rev, lastVisibleRev(membership));
      // A snapshot comes without them anyway.
      const gone = held.rev > 0 ? (removed.get(chatId) ?? []) : [];
      const isNew = held.rev < headRev || (membership.isActive && held.receiptRev < head.receiptRev);
      return isNew || gone.length > 0 ? [{ membership, held, headRev, removed: gone }] : [];
    });
  }

  /** Chat after chat until the answer is full. */
  private async collect(userId: string, behind: Behind[], limit: number) {
    if (behind.length === 0) return { chats: [], next: null };
    const batch = behind.slice(0, MAX_CHATS_PER_ANSWER);
    await this.heads.ensureProjected(
      batch.map(({ membership, headRev }) => ({ chatId: membership.chatId, rev: headRev })),
    );
    const views = new Map<string, ChatView>();
    for (const view of await this.reader.views(
      userId,
      batch.map(({ membership }) => membership),
    ))
      views.set(view.id, view);
    const receipts = await this.receipts.findByChats(
      batch
        .filter((one) => lacksReceipts(one, views.get(one.membership.chatId)))
        .map(({ membership }) => membership.chatId),
    );
    const chats: SyncedChatView[] = [];
    let room = limit;
    for (const [index, one] of batch.entries()) {
      const view = views.get(one.membership.chatId);
      if (view && (one.held.rev > 0 || isListed(one.membership, view))) {
        const marks = receipts.get(view.id)?.marks ?? {};
        const synced = await this.syncChat(one, { view, marks }, room);
        chats.push(synced);
        room -= synced.messages.length;
        if (synced.hasMore) return { chats, next: { chatId: view.id, rev: synced.rev } };
      }
      const following = behind[index + 1];
      if (following && (room <= 0 || index + 1 === batch.length)) {
        return { chats, next: { chatId: following.membership.chatId, rev: following.held.rev } };
      }
    }
    return { chats, next: null };
  }

  private async syncChat(
    one: Behind,
    { view: chat, marks }: { view: ChatView; marks: ReceiptsRecord['marks'] },
    room: number,
  ): Promise<SyncedChatView> {
    const { membership, held, headRev, removed } = one;
    const { messages, rev, hasMore } =
      held.rev === 0
        ? await this.snapshot(membership, headRev)
        : await this.changes(membership, held.rev, headRev, room);
    const receipts = lacksReceipts(one, chat)
      ? receiptsBehind(membership.userId, marks, held.receiptRev)
      : [];
    return {
      chat,
      messages,
      ...(removed.length > 0 && { removed }),
      ...(receipts.length > 0 && { receipts }),
      rev,
      // Who left gets no receipts: should they come back, they lack all from here on.
      receiptRev: membership.isActive ? chat.receiptRev : held.receiptRev,
      hasMore,
    };
  }

  private async snapshot(membership: Membership, headRev: number) {
    const { chatId } = membership;
    const rows = await this.log.findMessages(
      chatId,
      visibleStretches(membership),
      'descending',
      SNAPSHOT_MESSAGES,
    );
    await this.chatLog.settled(chatId, rows[0]?.rev ?? 0);
    const known = await this.past.forMember(membership, rows.toReversed());
    return { messages: known.map(toMessageView), rev: headRev, hasMore: false };
  }

  private async changes(membership: Membership, heldRev: number, headRev: number, room: number) {
    const { chatId } = membership;
    const rows = await this.log.findRowsAfter(chatId, heldRev, headRev, room + 1);
    await this.chatLog.settled(chatId, rows.at(-1)?.rev ?? 0);
    const { page, answers } = await this.withAnswers(rows.slice(0, room));
    const hasMore = rows.length > page.length;
    const rev = hasMore ? (page.at(-1)?.rev ?? heldRev) : headRev;
    return { messages: await this.messagesOf(membership, { page, answers }, rev), rev, hasMore };
  }

  /** What quotes the messages that these rows change; the first rows alone where that is too much at once. */
  private async withAnswers(page: ChatLogRow[]): Promise<{ page: ChatLogRow[]; answers: ChatLogRow[] }> {
    const requoted = page.flatMap(({ change, messageId }) =>
      messageId && (change?.type === 'edited' || change?.type === 'deleted') ? [messageId] : [],
    );
    const answers = await this.messages.findQuoting(requoted, MAX_REQUOTED_BY_ONE);
    if (answers.length <= MAX_REQUOTED || requoted.length <= 1) return { page, answers };
    return this.withAnswers(page.slice(0, page.length >> 1));
  }

  /** The new and the changed ones among these rows and what quotes these, each once, as they are now. */
  private async messagesOf(
    membership: Membership,
    { page, answers }: { page: ChatLogRow[]; answers: ChatLogRow[] },
    toRev: number,
  ): Promise<MessageView[]> {
    const sent = page.filter(({ seq }) => seq !== undefined);
    const changed = new Map(
      page.flatMap(({ messageId }) => (messageId ? [[messageId.toHexString(), messageId] as const] : [])),
    );
    const targets = await this.messages.findMessages([...changed.values()]);
    const byId = new Map([...sent, ...targets, ...answers].map((row) => [row._id.toHexString(), row]));
    const rows = [...byId.values()].filter(({ rev }) => rev <= toRev);
    const known = await this.past.forMember(
      membership,
      rows.filter(({ seq = 0 }) => sees(membership, seq)),
    );
    return known.map(toMessageView).toSorted((a, b) => a.rev - b.rev);
  }
}

function lacksReceipts({ membership, held }: Behind, chat: ChatView | undefined): boolean {
  return membership.isActive && chat !== undefined && chat.receiptRev > held.receiptRev;
}

function receiptsBehind(viewerId: string, marks: ReceiptsRecord['marks'], heldRev: number): ReceiptView[] {
  return Object.entries(marks)
    .filter(([, mark]) => mark.rev > heldRev)
    .map(([userId, mark]) => {
      const { deliveredSeq } = mark;
      return { userId, deliveredSeq, readSeq: readSeqFor(viewerId, userId, mark) };
    });
}

function removedIn({ marks }: Pick<DeletedBehind, 'marks'>): Map<string, string[]> {
  const byChat = new Map<string, string[]>();
  for (const { chatId, messageId } of marks) byChat.set(chatId, [...(byChat.get(chatId) ?? []), messageId]);
  return byChat;
}

function heldOf(held: HeldRevs = 0): Held {
  const { rev, receiptRev }: Exclude<HeldRevs, number> = typeof held === 'number' ? { rev: held } : held;
  // Who names no receiptRev does not follow receipts: a chat is not sent again for them alone.
  return { rev, receiptRev: receiptRev ?? (rev === 0 ? 0 : Number.POSITIVE_INFINITY) };
}

function positionOf(cursor: string): Position {
  const [chatId, rev, meRev] = decodeCursor(cursor, ['id', 'number', 'number']);
  return { chatId: String(chatId), rev: Number(rev), meRev: Number(meRev) };
}
