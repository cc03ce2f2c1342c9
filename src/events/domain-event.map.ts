import type { CallView } from '../calls/call.view.js';
import type { SentSignal } from '../calls/signal.js';
import type { ChatRosterEntry } from '../chats/log/chat-state.js';
import type { SharedChatView } from '../chats/chat.view.js';
import type { ChatPreferencesView } from '../chats/preferences.view.js';
import type { PollView } from '../messages/message-parts.view.js';
import type { MessageView } from '../messages/message.view.js';
import type { ConnectionSpan } from '../messages/trace/connection-history.schema.js';
import type { ScheduledMessageView } from '../messages/scheduled/scheduled-message.view.js';
import type { StatusView } from '../status/status.view.js';

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
  /** What a chat shows of itself, or what is allowed in it, is new; `chat` is the shared view. */
  'chat.updated': { chat: SharedChatView; recipientIds: readonly string[] };
  /** What one user has set for themselves in a chat is new, or a mark of theirs has ended. */
  'chat.preferences': { userId: string; preferences: ChatPreferencesView };
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
  /** Somebody came by an invite and waits; or waits no more, let in or turned away. To the admins. */
  'join.requested': { chatId: string; userId: string; at: string; recipientIds: readonly string[] };
  'join.decided': { chatId: string; userId: string; accepted: boolean; recipientIds: readonly string[] };
  /** The logs of these chats have grown, by whatever: at most once per chat and tenth of a second. */
  'chats.moved': { chats: readonly MovedChat[] };
  'message.created': { message: MessageView; recipientIds: readonly string[] };
  /** A message to be sent later is new, was sent, could not be sent, or was cancelled: of its sender alone. */
  'scheduled.changed': { userId: string; scheduled: ScheduledMessageView };
  /** Another text, or a link preview. Of changes of messages `recipientIds` are the members who may see the message. */
  'message.edited': { message: MessageView; recipientIds: readonly string[] };
  /** For oneself (`me`): `rev` is the user's `me` rev, and they alone hear of it. */
  'message.deleted': OfMessage & { seq: number; for: 'me' | 'everyone' };
  /** A reaction is new, another, or (`null`) gone. */
  'message.reacted': OfMessage & { userId: string; emoji: string | null };
  'message.pinned': OfMessage & { pinned: boolean; userId: string };
  'poll.voted': OfMessage & { poll: PollView };
  /**
   * `status` is the shared view, `own` the author's. `recipientIds` are whoever may see it at this moment,
   * without the author.
   */
  'status.created': { status: StatusView; own: StatusView; recipientIds: readonly string[] };
  /** Taken back by its author; `recipientIds` include the author. An expiry is no event: `expiresAt` says it. */
  'status.deleted': { statusId: string; recipientIds: readonly string[] };
  /** Seen for the first time by somebody whose viewing the author may know of. */
  'status.viewed': { authorId: string; statusId: string; userId: string; at: string };
  /** A reaction is new, another, or (`null`) gone. */
  'status.reacted': { authorId: string; statusId: string; userId: string; emoji: string | null; at: string };
  /** A call was stored anew, for what nodes remember of it. Before all that tells what has become of it. */
  'call.changed': { callId: string; version: number; isLive: boolean };
  /** Somebody calls; to those whose devices ring. */
  'call.rang': { call: CallView; recipientIds: readonly string[] };
  /** A call has begun in a group too large to ring; to its other members. */
  'call.started': { callId: string; chatId: string; recipientIds: readonly string[] };
  /** Somebody came in, by this socket; `recipientIds` are the others who are in it or still being rung. */
  'call.joined': { callId: string; userId: string; socketId: string; recipientIds: readonly string[] };
  /** Somebody will not come; the call may be over by it. */
  'call.rejected': CallLeft;
  /** Somebody is out, or the call is over: its `state` says which. */
  'call.ended': CallLeft;
  /** These did not answer, or were not answered. */
  'call.missed': { callId: string; recipientIds: readonly string[] };
  /** A device in the call is gone for the moment; to the devices of the others in it. */
  'call.interrupted': { callId: string; userId: string; graceMs: number; peerSocketIds: readonly string[] };
  /** A device has taken over, from a lost one or from `relievedId`, which is connected still. */
  'call.resumed': {
    callId: string;
    userId: string;
    socketId: string;
    relievedId?: string;
    peerSocketIds: readonly string[];
  };
  /** What others had said to somebody without a device in the call goes to the one that has come. */
  'call.signals_released': { socketId: string; signals: readonly SentSignal[] };
  /** Something has let go of these stored files; others may still hold them. The collector looks. */
  'media.released': { mediaIds: readonly string[] };
  /** Watermarks moved, at most once per chat, member and flush. */
  'receipt.moved': ReceiptMoved;
  /** A socket of a login came in, and went. */
  'device.connected': { userId: string; sessionId: string; socketId: string };
  'device.disconnected': { userId: string; socketId: string };
  /** A node asks the others for connections that are not stored yet; each answers by the second. */
  'connections.asked': { askId: string; userIds: readonly string[] };
  'connections.told': { askId: string; nodeId: string; spans: Record<string, ConnectionSpan[]> };
  /** First active socket of a user; not again for further tabs. */
  'user.online': { userId: string };
  /** After the last active socket and the grace. */
  'user.offline': { userId: string; lastSeenAt: Date };
  /** Somebody is on a user's list of contacts, or is no more; also when nothing changed by it. */
  'contact.saved': { userId: string; contactId: string };
  'contact.removed': { userId: string; contactId: string };
  /**
   * `userId` has blocked `blockedId`, or lifted it; also when nothing changed by it. Listeners drop what
   * they have cached about the two before the request is answered, so the block is at work from then on.
   */
  'user.blocked': { userId: string; blockedId: string };
  'user.unblocked': { userId: string; blockedId: string };
  /**
   * An account has ended in this moment: nobody can reach or find it any more, and what is left of it goes
   * next. Listeners drop what they have cached about it.
   */
  'user.deleted': { userId: string };
  /** Privacy settings of a user have changed; what is cached about whom they admit is void. */
  'user.privacy_changed': { userId: string };
}

/** A chat whose log has grown; `lastActivityAt` where that moves it in lists. */
export interface MovedChat {
  chatId: string;
  lastActivityAt?: Date;
}

/** What all news of one message name. */
export interface OfMessage {
  chatId: string;
  messageId: string;
  rev: number;
  recipientIds: readonly string[];
}

export interface CallLeft {
  call: CallView;
  /** Whose deed, or whose loss, it was. */
  userId: string;
  reason: string;
  /** The socket that did it and knows; absent where it happened by itself. */
  socketId?: string;
  /** That user included. */
  recipientIds: readonly string[];
}

export interface ReceiptMoved {
  chatId: string;
  userId: string;
  deliveredSeq: number;
  readSeq: number;
  /** What others than the reader may know of `readSeq`. */
  shownReadSeq: number;
  receiptRev: number;
  at: string;
  /** Authors of the messages newly covered, and the reader. */
  recipientIds: readonly string[];
}

export type DomainEventName = keyof DomainEventMap;
