import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { fromAttachmentRow } from '../chats/log/attachment-row.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { MediaView, toMediaView } from '../media/media.view.js';
import {
  ContactCardView,
  ForwardedView,
  LinkPreviewView,
  LocationView,
  PollView,
  ReactionView,
  ReplyToView,
  toPollView,
  toReactionViews,
  toReplyToView,
} from './message-parts.view.js';
import { SystemNoteView, toSystemNoteView } from './system-note.view.js';

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
    enum: ['text', 'image', 'video', 'audio', 'voice', 'file', 'location', 'contact', 'poll', 'system'],
    example: 'text',
  })
  type: string;

  @ApiProperty({ example: 'Hello!' })
  text: string;

  @ApiProperty({ type: [MediaView], description: 'Its files; `text` is then what is written below them' })
  attachments: MediaView[];

  @ApiPropertyOptional({ type: SystemNoteView, description: 'Messages of type system: what happened' })
  system?: SystemNoteView;

  @ApiPropertyOptional({ type: ReplyToView, description: 'Replies only' })
  replyTo?: ReplyToView;

  @ApiPropertyOptional({ type: ForwardedView, description: 'Messages that were passed on' })
  forwarded?: ForwardedView;

  @ApiPropertyOptional({
    type: LinkPreviewView,
    description: 'Texts with an address; only while `LINK_PREVIEWS` is on',
  })
  linkPreview?: LinkPreviewView;

  @ApiPropertyOptional({ type: LocationView })
  location?: LocationView;

  @ApiPropertyOptional({ type: ContactCardView })
  contact?: ContactCardView;

  @ApiPropertyOptional({ type: PollView })
  poll?: PollView;

  @ApiProperty({ type: [String], example: [], description: 'Ids of the members whom it names' })
  mentions: string[];

  @ApiProperty({ type: [ReactionView], example: [] })
  reactions: ReactionView[];

  @ApiPropertyOptional({ example: true, description: 'Only where it is' })
  pinned?: boolean;

  @ApiPropertyOptional({
    example: true,
    description: "Only where it is, and only in what one reads oneself: it is nobody else's concern",
  })
  starred?: boolean;

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

  @ApiPropertyOptional({
    example: '2026-11-23T10:15:30.123Z',
    description: 'Messages that disappear: from then on what they said is gone, the row stays',
  })
  expiresAt?: string;
}

/**
 * `row` as it was read, with all changes of it; the same for everybody who may see it. Field by field: it is made by
 * the thousand.
 */
export function toMessageView(row: ChatLogRow): MessageView {
  return toMessageViewOf(row, { chatId: row.chatId.toHexString(), senderId: row.senderId.toHexString() });
}

/** The same where these ids are at hand as text: writing them down is the dearest part of it. */
export function toMessageViewOf(
  row: ChatLogRow,
  { chatId, senderId }: { chatId: string; senderId: string },
): MessageView {
  const view: MessageView = {
    id: row._id.toHexString(),
    chatId,
    seq: row.seq ?? 0,
    rev: Math.max(row.rev, row.changedRev ?? 0),
    senderId,
    clientMessageId: row.type === 'system' ? '' : (row.clientMessageId ?? ''),
    type: row.type ?? 'text',
    text: row.text ?? '',
    attachments: (row.attachments ?? []).map((attachment) => toMediaView(fromAttachmentRow(attachment))),
    mentions: (row.mentions ?? []).map((id) => id.toHexString()),
    reactions: toReactionViews(row.reactions),
    createdAt: row.createdAt.toISOString(),
  };
  if (row.type === 'system') view.system = toSystemNoteView(row);
  if (row.replyTo && !row.deletedAt) view.replyTo = toReplyToView(row.replyTo);
  if (row.forwardCount) view.forwarded = { count: row.forwardCount };
  if (row.linkPreview) view.linkPreview = row.linkPreview;
  if (row.location) view.location = row.location;
  if (row.contact) view.contact = row.contact;
  if (row.poll) view.poll = toPollView(row.poll, row.votes);
  if (row.pinned) view.pinned = true;
  if (row.editedAt) view.editedAt = row.editedAt.toISOString();
  if (row.deletedAt) view.deletedAt = row.deletedAt.toISOString();
  if (row.expiresAt) view.expiresAt = row.expiresAt.toISOString();
  return view;
}
