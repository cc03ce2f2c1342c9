import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import type { ChatLogRow, SystemNoteRow } from '../chats/log/chat-log.schema.js';
import type { ChatInfo, ChatSettings } from '../chats/log/chat-profile.js';
import type { ChatRole } from '../chats/log/chat-state.js';
import { mediaUrl } from '../media/attachment.js';

const KINDS = [
  'group_created',
  'member_added',
  'member_left',
  'member_removed',
  'role',
  'info',
  'settings',
  'pinned',
  'call',
];
/** People whom one note names; of a larger number the first, and how many they are. */
const MAX_NAMED = 100;

/** What a message of type `system` tells. Its `senderId` is whose deed it was. */
export class SystemNoteView {
  @ApiProperty({ enum: KINDS, example: 'member_added' })
  kind: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['6920f1a0a1b2c3d4e5f60702'],
    description: `Whom it concerns: those put in, gone, or with another role; with pinned who did it. The first ${MAX_NAMED} of more`,
  })
  userIds?: string[];

  @ApiPropertyOptional({ example: 1, description: 'How many it concerns' })
  count?: number;

  @ApiPropertyOptional({
    enum: ['owner', 'admin', 'member'],
    description: '`role`: the new one. Where it is `owner`, the owner before is an admin now',
  })
  role?: ChatRole;

  @ApiPropertyOptional({ description: '`member_left`, `member_removed`: who owns the group from here on' })
  newOwnerId?: string;

  @ApiPropertyOptional({ example: 'Weekend', description: '`info`: the title, where it is new' })
  title?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Where to',
    description: '`info`: the description, where it is new; `null`: there is none any more',
  })
  description?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '/api/media/6920f1c2a1b2c3d4e5f60799',
    description: '`info`: the picture, where it is new, and there until the next one; `null`: none any more',
  })
  avatarUrl?: string | null;

  @ApiPropertyOptional({
    type: Object,
    example: { send: 'admins' },
    description: '`settings`: those that are new',
  })
  settings?: Partial<ChatSettings>;

  @ApiPropertyOptional({ example: '6920f1c2a1b2c3d4e5f60718', description: '`pinned`: which message' })
  messageId?: string;

  @ApiPropertyOptional({ example: '6920f1c2a1b2c3d4e5f60733' })
  callId?: string;

  @ApiPropertyOptional({ enum: ['audio', 'video'], example: 'video' })
  callType?: string;

  @ApiPropertyOptional({ example: 'ended', description: 'How the call came out' })
  state?: string;

  @ApiPropertyOptional({ example: 61_000, description: 'Absent when nobody answered' })
  durationMs?: number;
}

/** Of a row that is a system message: a note of its own, or a change of the chat. */
export function toSystemNoteView(row: ChatLogRow): SystemNoteView {
  if (row.system) return ofNote(row.system);
  const people = (row.members ?? []).map(({ userId }) => userId.toHexString());
  switch (row.kind) {
    case 'created':
      return { kind: 'group_created', ...named(people.filter((id) => id !== row.senderId.toHexString())) };
    case 'members_added':
      return { kind: 'member_added', ...named(people) };
    case 'member_role':
      return { kind: 'role', ...named(people.slice(0, 1)), role: row.members?.[0]?.role };
    case 'member_removed':
      return {
        kind: row.removedId?.equals(row.senderId) ? 'member_left' : 'member_removed',
        ...named(row.removedId ? [row.removedId.toHexString()] : []),
        ...(row.newOwnerId && { newOwnerId: row.newOwnerId.toHexString() }),
      };
    case 'info':
      return { kind: 'info', ...toInfoNote(newOf(row.info, row.changed)) };
    case 'settings':
      return { kind: 'settings', settings: newOf(row.settings, row.changed) };
    case 'message':
    case 'message_changed':
    default:
      throw new Error(`message ${row._id.toHexString()} tells nothing of the chat`);
  }
}

function ofNote(note: SystemNoteRow): SystemNoteView {
  if (note.kind === 'call') return { ...note, callId: note.callId.toHexString() };
  const { kind, userId, messageId } = note;
  return { kind, ...named([userId.toHexString()]), messageId: messageId.toHexString() };
}

function toInfoNote(info: Partial<ChatInfo>): Pick<SystemNoteView, 'title' | 'description' | 'avatarUrl'> {
  const { avatarMediaId, avatarSourceId: _, ...texts } = info;
  const avatarUrl = avatarMediaId && mediaUrl(avatarMediaId);
  return { ...texts, ...(avatarUrl !== undefined && { avatarUrl }) };
}

function named(userIds: string[]): Pick<SystemNoteView, 'userIds' | 'count'> {
  return { userIds: userIds.slice(0, MAX_NAMED), count: userIds.length };
}

function newOf<T extends object>(all: T | undefined, changed: string[] = []): Partial<T> {
  return Object.fromEntries(
    Object.entries(all ?? {}).filter(([field]) => changed.includes(field)),
  ) as Partial<T>;
}
