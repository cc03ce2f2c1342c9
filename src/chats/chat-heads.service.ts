import { Injectable } from '@nestjs/common';

import { MAX_LISTS, SharedQuery } from '../database/shared-query.js';
import type { Membership } from './chat-members.repository.js';
import { type ChatRecord, ChatsRepository } from './chats.repository.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import { LogEndsRepository } from './log/log-ends.repository.js';
import { MessagePast } from './log/message-past.service.js';
import { lastVisibleRev, lastVisibleSeq } from './membership.js';
import { ChatReceiptsRepository } from './receipts/chat-receipts.repository.js';

/** How far a chat has come, as far as one membership may know. */
export interface ChatHead {
  rev: number;
  lastSeq: number;
  lastMessage: ChatLogRow | null;
}

/** How far a chat and its receipts have come. */
export interface ChatCounters {
  rev: number;
  receiptRev: number;
}

/** How far chats have come. Asks the log itself, so the answer is right on every node. */
@Injectable()
export class ChatHeads {
  private readonly counters = new SharedQuery((asked: (readonly string[])[]) => this.countersOf(asked), {
    maxQuestions: MAX_LISTS,
  });

  constructor(
    private readonly chats: ChatsRepository,
    private readonly log: ChatLogRepository,
    private readonly ends: LogEndsRepository,
    private readonly chatLog: ChatLog,
    private readonly receipts: ChatReceiptsRepository,
    private readonly past: MessagePast,
  ) {}

  /** By chat id: last change and last visible message, in two queries. */
  async find(memberships: Membership[]): Promise<Map<string, ChatHead>> {
    const active = memberships.filter(({ isActive }) => isActive).map(({ chatId }) => chatId);
    const rows = await this.lastRows(active);
    const wanted: { chatId: string; seq: number }[] = [];
    const heads = new Map<string, ChatHead>();
    for (const membership of memberships) {
      const { chatId } = membership;
      const row = rows.get(chatId);
      const headSeq = row?.seq ?? row?.lastSeq ?? 0;
      const seq = lastVisibleSeq(membership, membership.isActive ? headSeq : Number.MAX_SAFE_INTEGER);
      const lastMessage = row && row.seq === seq ? row : null;
      if (!lastMessage && seq > 0) wanted.push({ chatId, seq });
      const reach = membership.isActive
        ? { rev: row?.rev ?? 0, lastSeq: headSeq }
        : { rev: lastVisibleRev(membership), lastSeq: membership.spans.at(-1)?.toSeq ?? 0 };
      heads.set(chatId, { ...reach, lastMessage });
    }
    const ends = new Map(memberships.map((one) => [one.chatId, lastVisibleRev(one)]));
    const found = (await this.log.findBySeqs(wanted)).map((row) => {
      return { row, toRev: ends.get(row.chatId.toHexString()) ?? 0 };
    });
    for (const message of await this.past.at(found)) {
      const head = heads.get(message.chatId.toHexString());
      if (head) head.lastMessage = message;
    }
    return heads;
  }

  /** By chat id: both counters, in two queries for all who ask at a time. */
  async revs(chatIds: readonly string[]): Promise<Map<string, ChatCounters>> {
    if (chatIds.length === 0) return new Map();
    const counters = await this.counters.ask(chatIds);
    await this.settled([...counters].map(([chatId, { rev }]) => [chatId, rev]));
    return counters;
  }

  /** All chats there are, by id; for what goes over them bit by bit. */
  idsAfter(afterId: string | null, limit: number): Promise<string[]> {
    return this.chats.findIdsAfter(afterId, limit);
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
    await this.workIn(behind, 'all');
  }

  /** Which of these chats have changed, in who and what they are, behind the `rev` given for each. */
  async changedSince(chats: { chatId: string; rev: number }[]): Promise<Set<string>> {
    return new Set(await this.log.findChatsWithChangesAfter(chats, 'roster'));
  }

  /**
   * Whether any of these chats lacked a change of who and what it is, which it has then: a server that was
   * killed may have left it behind. One query where a chat has moved a moment ago, none where not.
   */
  async repaired(records: ChatRecord[], heads: ReadonlyMap<string, ChatHead>): Promise<boolean> {
    const behind = records.filter(({ id, projectedRev }) => projectedRev < (heads.get(id)?.rev ?? 0));
    const chats = behind.map(({ id, projectedRev }) => ({ chatId: id, projectedRev }));
    return (await this.workIn(chats, 'roster')) > 0;
  }

  /** Answers how many chats had any. */
  private async workIn(
    chats: { chatId: string; projectedRev: number }[],
    kinds: 'all' | 'roster',
  ): Promise<number> {
    const changed = await this.log.findChatsWithChangesAfter(
      chats.map(({ chatId, projectedRev }) => ({ chatId, rev: projectedRev })),
      kinds,
    );
    await Promise.all(changed.map((chatId) => this.chatLog.ensureProjected(chatId)));
    return changed.length;
  }

  private async countersOf(
    asked: (readonly string[])[],
  ): Promise<(chatIds: readonly string[]) => Map<string, ChatCounters>> {
    const all = [...new Set(asked.flat())];
    const [revs, receiptRevs] = await Promise.all([this.ends.findLastRevs(all), this.receipts.findRevs(all)]);
    return (chatIds) => {
      const counters = new Map<string, ChatCounters>();
      for (const chatId of chatIds) {
        const rev = revs.get(chatId);
        if (rev !== undefined) counters.set(chatId, { rev, receiptRev: receiptRevs.get(chatId) ?? 0 });
      }
      return counters;
    };
  }

  private async lastRows(chatIds: string[]): Promise<Map<string, ChatLogRow>> {
    const rows = await this.ends.findLastRows(chatIds);
    await this.settled([...rows].map(([chatId, { rev }]) => [chatId, rev]));
    return rows;
  }

  private async settled(revs: Iterable<readonly [chatId: string, rev: number]>): Promise<void> {
    await Promise.all([...revs].map(([chatId, rev]) => this.chatLog.settled(chatId, rev)));
  }
}
