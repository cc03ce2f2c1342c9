import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import type { PollRow } from '../chats/log/message-content.js';

/** What a message replies to: a message as it is now, or a status as it was then. */
export class ReplyToView {
  @ApiPropertyOptional({ example: '6920f1c2a1b2c3d4e5f60718', description: 'Replies to messages' })
  messageId?: string;

  @ApiPropertyOptional({ example: '6920f1c2a1b2c3d4e5f60719', description: 'Replies to statuses' })
  statusId?: string;

  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  senderId: string;

  @ApiProperty({
    example: 'At the sea',
    description: 'At most 200 characters of a message; empty when it was deleted or has disappeared',
  })
  text: string;

  @ApiProperty({ example: 'text' })
  type: string;

  @ApiPropertyOptional({
    example: '2026-11-23T10:15:30.123Z',
    description: 'Where the message disappears: from then on `text` is empty, also for who never saw it',
  })
  expiresAt?: string;
}

/** Everybody who reacted with one emoji. */
export class ReactionView {
  @ApiProperty({ example: '❤️' })
  emoji: string;

  @ApiProperty({ type: [String], example: ['6920f1a0a1b2c3d4e5f60701'], description: 'The first one first' })
  userIds: string[];
}

export class ForwardedView {
  @ApiProperty({ type: 'integer', example: 1, description: 'How often it was passed on on its way here' })
  count: number;
}

/** What the page that a text names first says of itself; comes a moment after the text. */
export class LinkPreviewView {
  @ApiProperty({ example: 'https://example.com/', description: 'As the text names it' })
  url: string;

  @ApiProperty({ example: 'Example Domain' })
  title: string;

  @ApiPropertyOptional({ example: 'For use in examples' })
  description?: string;

  @ApiPropertyOptional({
    example: 'https://example.com/picture.png',
    description: 'Who loads it shows their address to whoever runs the page; the server never does',
  })
  imageUrl?: string;

  @ApiPropertyOptional({ example: 'Example' })
  siteName?: string;
}

export class LocationView {
  @ApiProperty({ type: Number, example: 52.5163 })
  latitude: number;

  @ApiProperty({ type: Number, example: 13.3777 })
  longitude: number;

  @ApiPropertyOptional({ example: 'Brandenburg Gate' })
  name?: string;
}

export class ContactCardView {
  @ApiPropertyOptional({ example: '6920f1a0a1b2c3d4e5f60701', description: 'Somebody here' })
  userId?: string;

  @ApiProperty({ example: 'Bob' })
  name: string;

  @ApiPropertyOptional({ example: '+49301234567' })
  phone?: string;
}

export class PollOptionView {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60740' })
  id: string;

  @ApiProperty({ example: 'Saturday' })
  text: string;

  @ApiProperty({ type: 'integer', example: 1 })
  votes: number;

  @ApiProperty({ type: [String], example: ['6920f1a0a1b2c3d4e5f60701'], description: 'Who voted for it' })
  userIds: string[];
}

export class PollView {
  @ApiProperty({ example: 'When do we meet?' })
  question: string;

  @ApiProperty({ type: [PollOptionView] })
  options: PollOptionView[];

  @ApiProperty({ example: false, description: 'Whether one may vote for several' })
  multiple: boolean;
}

export function toReplyToView({ text, ...quoted }: NonNullable<ChatLogRow['replyTo']>): ReplyToView {
  const of =
    'messageId' in quoted
      ? { messageId: quoted.messageId.toHexString() }
      : { statusId: quoted.statusId.toHexString() };
  const expiresAt = 'messageId' in quoted ? quoted.expiresAt?.toISOString() : undefined;
  const senderId = quoted.senderId.toHexString();
  return { ...of, senderId, text, type: quoted.type, ...(expiresAt && { expiresAt }) };
}

/** By emoji, in the order in which each came first. */
export function toReactionViews(reactions: ChatLogRow['reactions']): ReactionView[] {
  if (!reactions) return [];
  const byEmoji = new Map<string, string[]>();
  for (const [userId, { emoji }] of Object.entries(reactions).toSorted(([, a], [, b]) => a.rev - b.rev)) {
    if (emoji === null) continue;
    const userIds = byEmoji.get(emoji);
    if (userIds) userIds.push(userId);
    else byEmoji.set(emoji, [userId]);
  }
  return [...byEmoji].map(([emoji, userIds]) => ({ emoji, userIds }));
}

/** `namedId`: with all votes counted, and this voter alone named. */
export function toPollView(
  { question, options, multiple }: PollRow,
  votes: ChatLogRow['votes'] = {},
  namedId?: string,
): PollView {
  const ballots = Object.entries(votes).toSorted(([, a], [, b]) => a.rev - b.rev);
  return {
    question,
    multiple,
    options: options.map(({ id, text }) => {
      const userIds = ballots.filter(([, vote]) => vote.optionIds.includes(id)).map(([userId]) => userId);
      const named = namedId === undefined ? userIds : userIds.filter((userId) => userId === namedId);
      return { id, text, votes: userIds.length, userIds: named };
    }),
  };
}
