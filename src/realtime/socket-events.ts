import type { CallView } from '../calls/call.view.js';
import type { CallType } from '../calls/call-state.js';
import type { ChatRole } from '../chats/log/chat-state.js';
import type { SharedChatView } from '../chats/chat.view.js';
import type { ChatPreferencesView } from '../chats/preferences.view.js';
import type { ErrorInfo } from '../common/errors/error-body.js';
import type { PollView } from '../messages/message-parts.view.js';
import type { MessageView } from '../messages/message.view.js';
import type { ScheduledMessageView } from '../messages/scheduled/scheduled-message.view.js';
import type { StatusView } from '../status/status.view.js';

/** What the server sends on its own, by event name: the whole outbound wire contract. */
export interface ServerToClientEvents {
  /** To every socket of every member, the sender's included; per chat in the order of `seq`. */
  receive_message: (message: MessageView) => void;
  /** To the sender's own devices: it is new, was sent, could not be sent, or was cancelled. */
  scheduled_message: (scheduled: ScheduledMessageView) => void;
  /** Of this and the other changes of messages hear those who may see the message. */
  message_edited: (message: MessageView) => void;
  /** For oneself (`me`) to one's own sockets alone, with the `me` rev. */
  message_deleted: (deleted: {
    chatId: string;
    messageId: string;
    seq: number;
    rev: number;
    for: 'me' | 'everyone';
  }) => void;
  message_reaction: (reaction: {
    chatId: string;
    messageId: string;
    rev: number;
    userId: string;
    emoji: string | null;
  }) => void;
  message_pinned: (pin: {
    chatId: string;
    messageId: string;
    rev: number;
    pinned: boolean;
    userId: string;
  }) => void;
  poll_voted: (voted: { chatId: string; messageId: string; rev: number; poll: PollView }) => void;
  message_receipt: (receipt: {
    chatId: string;
    userId: string;
    deliveredSeq: number;
    readSeq: number;
    receiptRev: number;
    at: string;
  }) => void;
  user_typing: (typing: TypingSignal) => void;
  user_stop_typing: (typing: TypingSignal) => void;
  user_online: (presence: { userId: string }) => void;
  user_offline: (presence: { userId: string; lastSeenAt?: string }) => void;
  /** A chat that is new to the receiver, in the shared view. */
  chat_created: (chat: SharedChatView) => void;
  /** Title, description or settings are new; the shared view. */
  chat_updated: (chat: SharedChatView) => void;
  /** To the user's own devices: muted, archived, pinned, cleared, marked as unread or read again. */
  chat_preferences: (preferences: ChatPreferencesView) => void;
  chat_removed: (chat: { chatId: string }) => void;
  member_added: (member: { chatId: string; userId: string; role: ChatRole; rev: number }) => void;
  member_removed: (member: { chatId: string; userId: string; rev: number }) => void;
  member_role: (member: { chatId: string; userId: string; role: ChatRole; rev: number }) => void;
  /** To admins: somebody who came by an invite waits to be let in; or waits no more. */
  join_requested: (request: { chatId: string; userId: string; at: string }) => void;
  join_decided: (decision: { chatId: string; userId: string; accepted: boolean }) => void;
  /** To the audience and the author's devices; to these with what only authors see. */
  new_status: (status: StatusView) => void;
  status_deleted: (status: { statusId: string }) => void;
  /** To the author's devices: once per viewer, unless one of the two has read receipts off. */
  status_viewed: (viewing: { statusId: string; userId: string; at: string }) => void;
  /** To the author's devices: somebody's reaction is new, another, or (`null`) gone. */
  status_reaction: (reaction: { statusId: string; userId: string; emoji: string | null; at: string }) => void;
  /** To every socket of whoever is called, also to those that connect while it rings. */
  incoming_call: (call: {
    callId: string;
    from: string;
    callType: CallType;
    chatId: string;
    call: CallView;
  }) => void;
  /** To the members of a group too large to ring. */
  call_started: (call: { callId: string; chatId: string }) => void;
  call_accepted: (call: { callId: string; userId: string }) => void;
  /** To one's own other devices: they stop ringing, or have been relieved. */
  call_answered_elsewhere: (call: { callId: string }) => void;
  call_rejected: (farewell: CallFarewell) => void;
  call_ended: (farewell: CallFarewell) => void;
  call_missed: (call: { callId: string }) => void;
  /** To the devices in the call, as the next two. */
  call_interrupted: (loss: { callId: string; userId: string; graceMs: number }) => void;
  call_resumed: (call: { callId: string; userId: string }) => void;
  media_state: (media: MediaState) => void;
  /** To the one device of its receiver, as the next two. */
  offer: (signal: { callId: string; from: string; offer: unknown }) => void;
  answer: (signal: { callId: string; from: string; answer: unknown }) => void;
  ice_candidate: (signal: { callId: string; from: string; candidate: unknown }) => void;
  /** 60 s before the socket is closed, unless a fresh token comes by `authenticate`. */
  token_expiring: (token: { expiresAt: string }) => void;
  /** The login of this socket has ended; the socket is closed behind it. */
  session_revoked: (session: { sessionId: string }) => void;
  /** What other nodes had to tell may be missing: ask `POST /api/sync`, at a moment of one's own within so long. */
  sync_needed: (hint: { withinMs: number }) => void;
  /** A failed event that was sent without an ack callback. */
  exception: (failure: { event: string; error: ErrorInfo }) => void;
}

export interface CallFarewell {
  callId: string;
  userId: string;
  reason: string;
  call: CallView;
}

export interface MediaState {
  callId: string;
  userId: string;
  audio: boolean;
  video: boolean;
  screen: boolean;
}

export interface TypingSignal {
  chatId: string;
  userId: string;
  kind: TypingKind;
}

export type TypingKind = 'text' | 'voice';
export type ServerEventName = keyof ServerToClientEvents;
export type PayloadOf<E extends ServerEventName> = Parameters<ServerToClientEvents[E]>[0];

/** Client events that tutorials send with a plain string, and the field that the string stands for. */
export const STRING_FORMS: Readonly<Record<string, string>> = {
  user_connected: 'userId',
  join_chat: 'chatId',
  leave_chat: 'chatId',
  typing: 'chatId',
  stop_typing: 'chatId',
};
