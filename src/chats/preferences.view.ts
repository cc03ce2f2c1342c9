import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import type { Membership } from './chat-members.repository.js';

/** What a user has set for themselves in one chat. */
export class ChatPreferencesView {
  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  chatId: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '2026-11-23T10:00:00.000Z',
    description: 'No notifications until then',
  })
  mutedUntil: string | null;

  @ApiProperty({ example: false })
  archived: boolean;

  @ApiProperty({ example: false, description: 'In front of the list' })
  pinned: boolean;

  @ApiProperty({ example: false, description: 'Marked as unread; ends by reading, on any device' })
  markedUnread: boolean;

  @ApiProperty({ example: 0, description: 'Messages up to it are gone for this user; 0: none' })
  clearedUpToSeq: number;

  @ApiPropertyOptional({
    example: 12,
    description: 'The chat was deleted up to this message: off the list until it goes on',
  })
  deletedUpToSeq?: number;
}

/** `readSeq` is how far the user has read. */
export function toPreferences(membership: Membership, readSeq: number): ChatPreferencesView {
  const { chatId, hiddenUpToSeq = 0, clearedUpToSeq = 0, mutedUntil } = membership;
  return {
    chatId,
    mutedUntil: mutedUntil?.toISOString() ?? null,
    archived: membership.isArchived ?? false,
    pinned: membership.isPinned ?? false,
    markedUnread: membership.unreadMark === readSeq,
    clearedUpToSeq: Math.max(clearedUpToSeq, hiddenUpToSeq),
    ...(hiddenUpToSeq > 0 && { deletedUpToSeq: hiddenUpToSeq }),
  };
}

/** Whether anything of it is not as in a chat of which nothing was ever set. */
export function hasPreferences(view: ChatPreferencesView): boolean {
  const { mutedUntil, archived, pinned, markedUnread, clearedUpToSeq } = view;
  return mutedUntil !== null || archived || pinned || markedUnread || clearedUpToSeq > 0;
}
