import { expect } from 'vitest';

import type { ChatView } from '../../../src/chats/chat.view.js';
import type { ChatPreferencesView } from '../../../src/chats/preferences.view.js';
import type { MessageView } from '../../../src/messages/message.view.js';
import type { SyncedChatView, SyncMeView, SyncView } from '../../../src/sync/sync.view.js';

export interface HeldChat {
  /** As the last sync gave them; 0 for a chat that an event named first. */
  rev: number;
  receiptRev: number;
  /** Absent until a sync brings it. */
  view?: ChatView;
  /** What receipts said last, by user id. */
  marks: Map<string, { deliveredSeq: number; readSeq: number }>;
}

/**
 * What a client keeps, and how pages of `POST /api/sync` change it: as little as can be. It computes by itself
 * what is not sent again: what is cleared, what has expired, the last message, what is unread.
 */
export class Replica {
  readonly chats = new Map<string, HeldChat>();
  readonly messages = new Map<string, MessageView>();
  readonly preferences = new Map<string, ChatPreferencesView>();
  /** Chats of which there may be older messages than those held. */
  readonly cutShort = new Set<string>();
  me: SyncMeView | undefined;

  constructor(
    readonly userId: string,
    private readonly nowMs: () => number,
  ) {}

  /** What a request for a sync says of what is held. */
  holds(): { chats: Record<string, { rev: number; receiptRev: number }>; me: number } {
    const held = [...this.chats].filter(([, { rev }]) => rev > 0);
    const chats = Object.fromEntries(held.map(([id, { rev, receiptRev }]) => [id, { rev, receiptRev }]));
    return { chats, me: this.me?.rev ?? 0 };
  }

  take({ me, chats, removedChats }: SyncView): void {
    if (me) {
      expect(me.rev).toBeGreaterThan(this.me?.rev ?? 0);
      this.me = me;
      this.preferences.clear();
      for (const one of me.chats ?? []) this.preferences.set(one.chatId, one);
    }
    for (const chat of chats) this.takeChat(chat);
    for (const chatId of removedChats) this.forget(chatId);
  }

  private takeChat({ chat, messages, removed = [], receipts = [], rev, receiptRev }: SyncedChatView): void {
    const held = this.chats.get(chat.id);
    const { marks } = held ?? { marks: new Map() };
    expect(rev).toBeGreaterThanOrEqual(held?.rev ?? 0);
    expect(new Set(messages.map(({ id }) => id)).size, 'each once in a page').toBe(messages.length);
    if (!held?.rev) this.cutShort.add(chat.id);
    for (const message of messages) {
      expect(message.rev).toBeGreaterThanOrEqual(this.messages.get(message.id)?.rev ?? 0);
      this.messages.set(message.id, message);
      if (this.isMyJoining(message)) this.cutShort.add(chat.id);
    }
    for (const id of removed) this.messages.delete(id);
    for (const { userId, ...mark } of receipts) marks.set(userId, mark);
    this.chats.set(chat.id, { rev, receiptRev, view: chat, marks });
    const { mutedUntil = null, archived = false, pinned = false, clearedUpToSeq = 0 } = chat.me ?? {};
    const markedUnread = chat.me?.markedUnread ?? false;
    const deletedUpToSeq = this.preferences.get(chat.id)?.deletedUpToSeq;
    const mine = { chatId: chat.id, mutedUntil, archived, pinned, markedUnread, clearedUpToSeq };
    this.preferences.set(chat.id, { ...mine, ...(deletedUpToSeq !== undefined && { deletedUpToSeq }) });
  }

  /** Somebody with history reads more of the past than they held: it is read back. */
  isMyJoining({ system }: MessageView): boolean {
    return system?.kind === 'member_added' && (system.userIds ?? []).includes(this.userId);
  }

  /** What was said of one's own settings, and what the clock says, is done to what is held. */
  tidy(): void {
    for (const { chatId, clearedUpToSeq, deletedUpToSeq = -1 } of this.preferences.values()) {
      for (const { id, seq } of this.in(chatId)) if (seq <= clearedUpToSeq) this.messages.delete(id);
      const { view } = this.chats.get(chatId) ?? {};
      if (view?.type === 'direct' && view.lastSeq <= deletedUpToSeq) this.forget(chatId);
    }
    for (const message of this.messages.values()) {
      if (this.isOver(message)) this.empty(message);
      else if (message.replyTo && this.isOver(message.replyTo)) message.replyTo.text = '';
    }
  }

  /** Disappeared, as the clock says. */
  isOver({ expiresAt }: { expiresAt?: string }): boolean {
    return expiresAt !== undefined && Date.parse(expiresAt) <= this.nowMs();
  }

  /** Its place stays. */
  empty(message: MessageView, more: Partial<MessageView> = {}): void {
    const { id, chatId, seq, rev, senderId, clientMessageId, type, createdAt, expiresAt, deletedAt } =
      message;
    const place = { id, chatId, seq, rev, senderId, clientMessageId, type, createdAt };
    const nothing = { text: '', attachments: [], mentions: [], reactions: [] };
    const times = { ...(deletedAt && { deletedAt }), ...(expiresAt && { expiresAt }) };
    this.messages.set(id, { ...place, ...nothing, ...times, ...more });
    this.requote(id, '');
  }

  /** Answers show a message as it is now. */
  requote(messageId: string, text: string): void {
    for (const { replyTo } of this.messages.values())
      if (replyTo?.messageId === messageId) replyTo.text = text;
  }

  forget(chatId: string): void {
    this.chats.delete(chatId);
    for (const { id } of this.in(chatId)) this.messages.delete(id);
  }

  /** By `seq`. */
  in(chatId: string): MessageView[] {
    const found = [...this.messages.values()].filter((message) => message.chatId === chatId);
    return found.toSorted((a, b) => a.seq - b.seq);
  }
}
