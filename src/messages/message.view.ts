import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import type { ChatLogRow, QuotedStatusRow, SystemNoteRow } from '../chats/log/chat-log.schema.js';

/** What a message replies to, as it was then. */
export class ReplyToView {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60718' })
  statusId: string;

  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  senderId: string;

  @ApiProperty({ example: 'At the sea' })
  text: string;

  @ApiProperty({ example: 'text' })
  type: string;
}

/** What a message of type `system` tells. */
export class SystemNoteView {
  @ApiProperty({ enum: ['call'], example: 'call' })
  kind: string;

  @ApiPropertyOptional({ example: '6920f1c2a1b2c3d4e5f60733' })
  callId?: string;

  @ApiPropertyOptional({ enum: ['audio', 'video'], example: 'video' })
  callType?: string;

  @ApiPropertyOptional({ example: 'ended', description: 'How the call came out' })
  state?: string;

  @ApiPropertyOptional({ example: 61_000, description: 'Absent when nobody answered' })
  durationMs?: number;
}

/** A message as every member sees it. */
export class MessageView {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60718' })
  id: string;

  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  chatId: string;

  @ApiProperty({
    example: 12,
    description: 'Place among the messages of the chat: 1, 2, 3 ... without holes',
  })
  seq: number;

  @ApiProperty({ example: 14, description: 'Place of its last change among all changes of the chat' })
  rev: number;

  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  senderId: string;

  @ApiProperty({
    example: 'a7c1-1',
    description: 'The id that the sending client made; empty for system messages',
  })
  clientMessageId: string;

  @ApiProperty({ enum: ['text', 'system'], example: 'text' })
  type: string;

  @ApiProperty({ example: 'Hello!' })
  text: string;

  @ApiProperty({ type: [Object], example: [] })
  attachments: never[];

  @ApiPropertyOptional({ type: SystemNoteView, description: 'Messages of type system: what happened' })
  system?: SystemNoteView;

  @ApiPropertyOptional({ type: ReplyToView, description: 'Replies to a status' })
  replyTo?: ReplyToView;

  @ApiProperty({ type: [String], example: [] })
  mentions: string[];

  @ApiProperty({ type: [Object], example: [] })
  reactions: never[];

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  createdAt: string;

  @ApiPropertyOptional({
    example: '2026-11-22T10:16:00.000Z',
    description: 'The text was changed, last at this time',
  })
  editedAt?: string;

  @ApiPropertyOptional({
    example: '2026-11-22T10:20:00.000Z',
    description: 'Deleted for everyone: what it said is gone',
  })
  deletedAt?: string;
}

/** `row` as it was read, with all changes of it. */
export function toMessageView(row: ChatLogRow): MessageView {
  return {
    id: row._id.toHexString(),
    chatId: row.chatId.toHexString(),
    seq: row.seq ?? 0,
    rev: Math.max(row.rev, row.changedRev ?? 0),
    senderId: row.senderId.toHexString(),
    clientMessageId: row.system ? '' : (row.clientMessageId ?? ''),
    type: row.type ?? 'text',
    text: row.text ?? '',
    attachments: [],
    ...(row.system && { system: toSystemNoteView(row.system) }),
    ...(row.replyTo && { replyTo: toReplyToView(row.replyTo) }),
    mentions: [],
    reactions: [],
    createdAt: row.createdAt.toISOString(),
    ...(row.editedAt && { editedAt: row.editedAt.toISOString() }),
    ...(row.deletedAt && { deletedAt: row.deletedAt.toISOString() }),
  };
}

function toReplyToView({ statusId, senderId, text, type }: QuotedStatusRow): ReplyToView {
  return { statusId: statusId.toHexString(), senderId: senderId.toHexString(), text, type };
}

function toSystemNoteView({ callId, ...note }: SystemNoteRow): SystemNoteView {
  return { ...note, callId: callId.toHexString() };
}
