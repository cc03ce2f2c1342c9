import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { CallView } from '../calls/call.view.js';
import { ChatView } from '../chats/chat.view.js';
import { ChatPreferencesView } from '../chats/preferences.view.js';
import { MessageView } from '../messages/message.view.js';
import { StatusView } from '../status/status.view.js';
import { PrivacyView } from '../users/privacy.view.js';
import { OwnUserView, UserView } from '../users/user.view.js';

export class ReceiptView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  userId: string;

  @ApiProperty({ example: 12 })
  deliveredSeq: number;

  @ApiProperty({ example: 11 })
  readSeq: number;
}

export class SyncedChatView {
  @ApiProperty({ type: ChatView })
  chat: ChatView;

  @ApiProperty({ type: [MessageView], description: 'Messages new or changed behind the rev held, by rev' })
  messages: MessageView[];

  @ApiPropertyOptional({
    type: [String],
    description: 'Ids of messages that you deleted for yourself, where `me` is given: forget them',
  })
  removed?: string[];

  @ApiPropertyOptional({ type: [ReceiptView], description: 'Receipts that moved behind the receiptRev held' })
  receipts?: ReceiptView[];

  @ApiProperty({ example: 14, description: 'The client holds this now' })
  rev: number;

  @ApiProperty({ example: 7 })
  receiptRev: number;

  @ApiProperty({
    example: false,
    description: 'More of this chat follows: go on with `nextCursor`, or from this rev',
  })
  hasMore: boolean;
}

export class SyncMeView {
  @ApiProperty({ example: 3 })
  rev: number;

  @ApiProperty({ type: OwnUserView })
  user: OwnUserView;

  @ApiPropertyOptional({
    type: [UserView],
    description:
      'The whole list, without presence. Absent where it is longer than 1,000: page it by GET /api/contacts',
  })
  contacts?: UserView[];

  @ApiPropertyOptional({ type: [UserView], description: 'As `contacts`, by GET /api/blocks' })
  blocks?: UserView[];

  @ApiPropertyOptional({ type: PrivacyView })
  privacy?: PrivacyView;

  @ApiPropertyOptional({
    type: [String],
    description:
      'Ids of all messages that are starred. Absent where they are more than 1,000: page them by GET /api/messages/starred',
  })
  starred?: string[];

  @ApiPropertyOptional({
    type: [String],
    description: 'Ids of those whose statuses are muted; absent where they are more than 1,000',
  })
  statusMutes?: string[];

  @ApiPropertyOptional({
    type: [ChatPreferencesView],
    description:
      'What is set in chats; a chat that is not in it has nothing set. Absent where they are more than 1,000: `GET /api/chats` has it too',
  })
  chats?: ChatPreferencesView[];
}

export class SyncStatusesView {
  @ApiProperty({
    type: [StatusView],
    description:
      'Newest first: all live ones that you may see, and your own. What you hold besides is gone, unless `hasMore`',
  })
  items: StatusView[];

  @ApiProperty({ example: false, description: 'There are more than 500: the rest by `GET /api/status`' })
  hasMore: boolean;
}

export class SyncView {
  @ApiProperty({ type: [SyncedChatView], description: 'Chats in which anything is new' })
  chats: SyncedChatView[];

  @ApiProperty({ type: [String], description: 'Chats named that are off the list for good: forget them' })
  removedChats: string[];

  @ApiPropertyOptional({
    type: SyncMeView,
    description: 'Where the `me` rev held is behind; with the last answer',
  })
  me?: SyncMeView;

  @ApiPropertyOptional({
    type: [CallView],
    description:
      'With the first answer: every live call that is mine, or of a group of mine and open to join. Any other that you hold as live is over',
  })
  calls?: CallView[];

  @ApiPropertyOptional({ type: SyncStatusesView, description: 'Where `me` is given, with the first answer' })
  statuses?: SyncStatusesView;

  @ApiProperty({ type: String, nullable: true, description: '`null`: that was all' })
  nextCursor: string | null;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  serverTime: string;
}
