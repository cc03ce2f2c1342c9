import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import { MessageView } from '../messages/message.view.js';
import type { ChatRole, ChatType } from './log/chat-state.js';

const ROLES = ['owner', 'admin', 'member'];

export class ChatMemberView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  userId: string;

  @ApiProperty({ enum: ROLES, example: 'member' })
  role: ChatRole;

  @ApiProperty({ example: '2026-11-22T10:00:00.000Z' })
  joinedAt: string;

  @ApiProperty({ example: 12, description: 'This member has read up to this message' })
  lastReadSeq: number;

  @ApiProperty({ example: 12, description: 'Up to this message all is on a device of this member' })
  lastDeliveredSeq: number;
}

/** What concerns the asking user alone. */
export class ChatMeView {
  @ApiProperty({ enum: ROLES, example: 'owner' })
  role: ChatRole;

  @ApiProperty({ example: 12 })
  lastReadSeq: number;

  @ApiProperty({ type: String, nullable: true, example: null })
  mutedUntil: string | null;

  @ApiProperty({ example: false })
  archived: boolean;

  @ApiProperty({ example: false })
  pinned: boolean;
}

export class GroupSettingsView {
  @ApiProperty({ enum: ['all', 'admins'], example: 'all' })
  send: 'all' | 'admins';

  @ApiProperty({ enum: ['all', 'admins'], example: 'all' })
  editInfo: 'all' | 'admins';

  @ApiProperty({ enum: ['all', 'admins'], example: 'all' })
  addMembers: 'all' | 'admins';

  @ApiProperty({ example: false })
  joinApproval: boolean;

  @ApiProperty({ example: false })
  historyForNew: boolean;

  @ApiProperty({ enum: [0, 86_400, 604_800, 7_776_000], example: 0 })
  disappearingSeconds: number;
}

export const DEFAULT_SETTINGS: GroupSettingsView = {
  send: 'all',
  editInfo: 'all',
  addMembers: 'all',
  joinApproval: false,
  historyForNew: false,
  disappearingSeconds: 0,
};

/** A chat. In events, which go to many, it is the shared view: without `me` and `unreadCount`. */
@ApiExtraModels(MessageView)
export class ChatView {
  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  id: string;

  @ApiProperty({ enum: ['direct', 'group'], example: 'direct' })
  type: ChatType;

  @ApiProperty({ type: String, nullable: true, example: null, description: '`null` for a direct chat' })
  title: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  avatarUrl: string | null;

  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  createdBy: string;

  @ApiProperty({ example: '2026-11-22T10:00:00.000Z' })
  createdAt: string;

  @ApiProperty({ example: 12, description: '`seq` of the last message, 0 before the first' })
  lastSeq: number;

  @ApiProperty({ example: 14, description: 'Number of the last change: hand it to POST /api/sync' })
  rev: number;

  @ApiProperty({ example: 7, description: 'Number of the last receipt: hand it to POST /api/sync' })
  receiptRev: number;

  @ApiProperty({ type: MessageView, nullable: true })
  lastMessage: MessageView | null;

  @ApiPropertyOptional({ example: 3, description: 'Messages of others that the asking user has not read' })
  unreadCount?: number;

  @ApiProperty({ example: 2 })
  memberCount: number;

  @ApiProperty({
    type: [ChatMemberView],
    description: 'Up to 100 members; empty in larger groups, which page them',
  })
  members: ChatMemberView[];

  @ApiProperty({ type: GroupSettingsView })
  settings: GroupSettingsView;

  @ApiPropertyOptional({ type: ChatMeView })
  me?: ChatMeView;
}

/** What goes to many: without what concerns one user alone. */
export type SharedChatView = Omit<ChatView, 'me' | 'unreadCount'>;

export class ChatPageView extends PageView {
  @ApiProperty({ type: [ChatView] })
  items: ChatView[];
}

export class ChatMemberPageView extends PageView {
  @ApiProperty({ type: [ChatMemberView] })
  items: ChatMemberView[];
}
