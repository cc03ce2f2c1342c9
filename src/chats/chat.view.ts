import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import { MessageView } from '../messages/message.view.js';
import { type ChatSettings, DISAPPEARING_SECONDS } from './log/chat-profile.js';
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

  @ApiProperty({ example: false, description: 'Marked as unread; ends by reading, on any device' })
  markedUnread: boolean;

  @ApiProperty({ example: 0, description: 'Messages up to it were cleared here; 0: none' })
  clearedUpToSeq: number;
}

/** Defaults are the examples. In a chat of two only `disappearingSeconds` ever differs. */
export class GroupSettingsView implements ChatSettings {
  @ApiProperty({ enum: ['all', 'admins'], example: 'all', description: '`admins`: for announcements only' })
  send: 'all' | 'admins';

  @ApiProperty({ enum: ['all', 'admins'], example: 'all' })
  editInfo: 'all' | 'admins';

  @ApiProperty({ enum: ['all', 'admins'], example: 'all' })
  addMembers: 'all' | 'admins';

  @ApiProperty({ example: false, description: 'Who comes by an invite waits for an admin' })
  joinApproval: boolean;

  @ApiProperty({ example: false, description: 'Who is added reads what was written before' })
  historyForNew: boolean;

  @ApiProperty({
    enum: DISAPPEARING_SECONDS,
    example: 0,
    description: 'Messages sent from now on are gone after so long; 0: they stay',
  })
  disappearingSeconds: number;
}

/** A chat. In events, which go to many, it is the shared view: without `me` and `unreadCount`. */
@ApiExtraModels(MessageView)
export class ChatView {
  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  id: string;

  @ApiProperty({ enum: ['direct', 'group'], example: 'direct' })
  type: ChatType;

  @ApiProperty({ type: String, nullable: true, example: null, description: '`null` for a direct chat' })
  title: string | null;

  @ApiPropertyOptional({ example: 'Where to and what to bring', description: 'Groups that have one' })
  description?: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Groups that have a picture: square, its address changes with each',
  })
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

/** Somebody who lets the asking user add them to no group; a block looks the same. */
export class NotAddedView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60703' })
  userId: string;

  @ApiProperty({ enum: ['privacy'], example: 'privacy', description: 'Send them an invite instead' })
  reason: string;
}

/** A chat after people were added to it. */
export class AddedToChatView extends ChatView {
  @ApiProperty({ type: [String], description: 'Who is new; those who were in already are not named' })
  added: string[];

  @ApiProperty({ type: [NotAddedView], description: 'Whose privacy does not let you add them' })
  notAdded: NotAddedView[];
}

export function toNotAdded(userIds: string[]): NotAddedView[] {
  return userIds.map((userId) => ({ userId, reason: 'privacy' }));
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
