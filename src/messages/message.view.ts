import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { fromAttachmentRow } from '../chats/log/attachment-row.js';
import type { ChatLogRow, QuotedStatusRow } from '../chats/log/chat-log.schema.js';
import { MediaView, toMediaView } from '../media/media.view.js';
import { SystemNoteView, toSystemNoteView } from './system-note.view.js';

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

  @ApiProperty({
    enum: ['text', 'image', 'video', 'audio', 'voice', 'file', 'system'],
    example: 'text',
  })
  type: string;

  @ApiProperty({ example: 'Hello!' })
  text: string;

  @ApiProperty({ type: [MediaView], description: 'Its files; `text` is then what is written below them' })
  attachments: MediaView[];

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
    example: '2026-11-23T10:15:30.123Z',
    description: 'Messages that disappear: from then on `text` and `attachments` are gone, the row stays',
  })
  expiresAt?: string;
}

export function toMessageView(row: ChatLogRow): MessageView {
  return {
    id: row._id.toHexString(),
    chatId: row.chatId.toHexString(),
    seq: row.seq ?? 0,
    rev: row.rev,
    senderId: row.senderId.toHexString(),
    clientMessageId: row.type === 'system' ? '' : (row.clientMessageId ?? ''),
    type: row.type ?? 'text',
    text: row.text ?? '',
    attachments: (row.attachments ?? []).map((attachment) => toMediaView(fromAttachmentRow(attachment))),
    ...(row.type === 'system' && { system: toSystemNoteView(row) }),
    ...(row.replyTo && { replyTo: toReplyToView(row.replyTo) }),
    mentions: [],
    reactions: [],
    createdAt: row.createdAt.toISOString(),
    ...(row.expiresAt && { expiresAt: row.expiresAt.toISOString() }),
  };
}

function toReplyToView({ statusId, senderId, text, type }: QuotedStatusRow): ReplyToView {
  return { statusId: statusId.toHexString(), senderId: senderId.toHexString(), text, type };
}
