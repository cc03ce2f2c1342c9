import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { CALL_TYPES, type CallType } from '../calls/call-state.js';
import { CallView } from '../calls/call.view.js';
import type { ChatRole } from '../chats/log/chat-state.js';
import { ErrorView } from '../common/errors/error-body.view.js';
import { PollView } from '../messages/message-parts.view.js';
import type { TypingKind } from '../realtime/socket-events.js';

/*
 * Payloads of server events that are no views of their own. `SERVER_EVENT_DOCS` ties each class to the
 * type that the publisher sends.
 */

const CHAT_ID = '6920f1b0a1b2c3d4e5f60710';
const USER_ID = '6920f1a0a1b2c3d4e5f60701';
const MESSAGE_ID = '6920f1c2a1b2c3d4e5f60718';
const STATUS_ID = '6920f1e0a1b2c3d4e5f60730';
const CALL_ID = '6920f1c2a1b2c3d4e5f60733';
const SDP = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
const ROLES = ['owner', 'admin', 'member'];

/** An error as acks and `exception` carry it. */
export class SocketErrorView extends ErrorView {
  @ApiPropertyOptional({
    type: 'integer',
    description: 'When to try again, for RATE_LIMITED and UNAVAILABLE',
  })
  retryAfterMs?: number;
}

export class HandshakeRefusalView {
  @ApiProperty({ enum: ['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL'] })
  code: string;

  @ApiProperty({ example: 'A valid access token is required: log in and send it' })
  message: string;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'When to try again, for RATE_LIMITED and UNAVAILABLE',
  })
  retryAfterMs?: number;
}

export class MessageReceiptView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ example: USER_ID, description: 'Whose receipt it is' })
  userId: string;

  @ApiProperty({
    type: 'integer',
    example: 12,
    description: 'All messages up to it are on a device of theirs',
  })
  deliveredSeq: number;

  @ApiProperty({ type: 'integer', example: 11, description: 'All messages up to it were seen' })
  readSeq: number;

  @ApiProperty({ type: 'integer', example: 7, description: "The chat's receipt counter, for POST /api/sync" })
  receiptRev: number;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  at: string;
}

/** What names a change of a message. */
export class MessageChangedView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ example: MESSAGE_ID })
  messageId: string;

  @ApiProperty({ type: 'integer', example: 14, description: "This change's place in the chat" })
  rev: number;
}

export class MessageDeletedView extends MessageChangedView {
  @ApiProperty({ type: 'integer', example: 12 })
  seq: number;

  @ApiProperty({ enum: ['me', 'everyone'] })
  for: 'me' | 'everyone';
}

export class MessageReactionView extends MessageChangedView {
  @ApiProperty({ example: USER_ID })
  userId: string;

  @ApiProperty({ type: String, nullable: true, example: '❤️' })
  emoji: string | null;
}

export class MessagePinnedView extends MessageChangedView {
  @ApiProperty({ example: true })
  pinned: boolean;

  @ApiProperty({ example: USER_ID, description: 'Who did it' })
  userId: string;
}

export class PollVotedView extends MessageChangedView {
  @ApiProperty({ type: PollView })
  poll: PollView;
}

export class TypingSignalView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ example: USER_ID })
  userId: string;

  @ApiProperty({ enum: ['text', 'voice'] })
  kind: TypingKind;
}

export class UserOnlineView {
  @ApiProperty({ example: USER_ID })
  userId: string;
}

export class UserOfflineView extends UserOnlineView {
  @ApiPropertyOptional({ example: '2026-11-22T10:15:30.123Z' })
  lastSeenAt?: string;
}

export class ChatRemovedView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;
}

export class MemberRemovedView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ example: USER_ID })
  userId: string;

  @ApiProperty({ type: 'integer', example: 14, description: "This change's place in the chat" })
  rev: number;
}

/** Payload of `member_added` and `member_role`. */
export class MemberRoleView extends MemberRemovedView {
  @ApiProperty({ enum: ROLES, example: 'member' })
  role: ChatRole;
}

export class JoinRequestedView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ example: USER_ID, description: 'Who waits' })
  userId: string;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  at: string;
}

export class JoinDecidedView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ example: USER_ID, description: 'Who waited' })
  userId: string;

  @ApiProperty({ example: true })
  accepted: boolean;
}

export class StatusDeletedView {
  @ApiProperty({ example: STATUS_ID })
  statusId: string;
}

export class StatusViewedView extends StatusDeletedView {
  @ApiProperty({ example: USER_ID })
  userId: string;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  at: string;
}

export class StatusReactionView extends StatusViewedView {
  @ApiProperty({ type: String, nullable: true, example: '❤️' })
  emoji: string | null;
}

export class CallRefView {
  @ApiProperty({ example: CALL_ID })
  callId: string;
}

export class IncomingCallView extends CallRefView {
  @ApiProperty({ example: USER_ID, description: 'Who calls' })
  from: string;

  @ApiProperty({ enum: CALL_TYPES, example: 'video' })
  callType: CallType;

  @ApiProperty({ example: CHAT_ID })
  chatId: string;

  @ApiProperty({ type: CallView })
  call: CallView;
}

export class CallStartedView extends CallRefView {
  @ApiProperty({ example: CHAT_ID })
  chatId: string;
}

/** Payload of `call_accepted` and `call_resumed`. */
export class CallPersonView extends CallRefView {
  @ApiProperty({ example: USER_ID })
  userId: string;
}

/** Payload of `call_rejected` and `call_ended`. */
export class CallFarewellView extends CallPersonView {
  @ApiProperty({ example: 'hangup', description: 'What they gave as `reason`, or why by itself' })
  reason: string;

  @ApiProperty({ type: CallView })
  call: CallView;
}

export class CallInterruptedView extends CallPersonView {
  @ApiProperty({ type: 'integer', example: 15_000 })
  graceMs: number;
}

export class MediaStateView extends CallPersonView {
  @ApiProperty({ example: true, description: 'The microphone is on' })
  audio: boolean;

  @ApiProperty({ example: false, description: 'The camera is on' })
  video: boolean;

  @ApiProperty({ example: false, description: 'The screen is shared' })
  screen: boolean;
}

class SignalView extends CallRefView {
  @ApiProperty({ example: USER_ID, description: 'Whose device sent it' })
  from: string;
}

export class OfferView extends SignalView {
  @ApiProperty({ type: Object, example: { type: 'offer', sdp: SDP } })
  offer: unknown;
}

export class AnswerView extends SignalView {
  @ApiProperty({ type: Object, example: { type: 'answer', sdp: SDP } })
  answer: unknown;
}

export class IceCandidateView extends SignalView {
  @ApiProperty({
    type: Object,
    nullable: true,
    example: { candidate: 'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host', sdpMid: '0' },
  })
  candidate: unknown;
}

export class TokenExpiringView {
  @ApiProperty({ example: '2026-11-23T10:15:30.000Z' })
  expiresAt: string;
}

export class SessionRevokedView {
  @ApiProperty({ example: '6920f1d0a1b2c3d4e5f60720' })
  sessionId: string;
}

export class SyncNeededView {
  @ApiProperty({ example: 2000, description: 'Milliseconds to spread over, lest all clients ask at once' })
  withinMs: number;
}

export class ExceptionView {
  @ApiProperty({ example: 'new_message', description: 'The event that failed' })
  event: string;

  @ApiProperty({ type: SocketErrorView })
  error: SocketErrorView;
}
