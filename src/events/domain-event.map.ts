import type { ChatRosterEntry } from '../chats/log/chat-state.js';
import type { SharedChatView } from '../chats/chat.view.js';
import type { MessageView } from '../messages/message.view.js';

/**
 * Every fact that one part of the server tells the others, with its payload. Published after the write
 * that it speaks of; a listener may fail or be late without harm to that write.
 *
 * Of one chat, `message.*` and `member.*` come in the order of `rev`.
 */
export interface DomainEventMap {
  /** A login ended (logout, revoked, refresh token reused): its sockets must close. */
  'session.revoked': { userId: string; sessionIds: string[] };
  /** `chat` is the shared view. To people new in the chat: all of a new one, or those just added. */
  'chat.created': { chat: SharedChatView; recipientIds: readonly string[] };
  /** The chat has left one user's list. */
  'chat.removed': { chatId: string; userId: string };
  'member.added': {
    chatId: string;
    members: ChatRosterEntry[];
    rev: number;
    recipientIds: readonly string[];
  };
  /** Left or removed; `recipientIds` include the one who is gone, on whose devices it must show too. */
  'member.removed': { chatId: string; userId: string; rev: number; recipientIds: readonly string[] };
  'member.role': {
    chatId: string;
    userId: string;
    role: ChatRosterEntry['role'];
    rev: number;
    recipientIds: readonly string[];
  };
  'message.created': { message: MessageView; recipientIds: readonly string[] };
  /** Watermarks moved, at most once per chat, member and flush. */
  'receipt.moved': ReceiptMoved;
  /** First socket of a user on any node; not again for further tabs. */
  'user.online': { userId: string };
  /** After the last socket and the grace. */
  'user.offline': { userId: string; lastSeenAt: Date };
}

export interface ReceiptMoved {
  chatId: string;
  userId: string;
  deliveredSeq: number;
  readSeq: number;
  receiptRev: number;
  at: string;
  /** Authors of the messages newly covered, and the reader. */
  recipientIds: readonly string[];
}

export type DomainEventName = keyof DomainEventMap;
