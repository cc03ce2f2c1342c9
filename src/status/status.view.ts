import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import { MediaView, toMediaView } from '../media/media.view.js';
import { UserView } from '../users/user.view.js';
import { AUDIENCE_LEVELS, type AudienceLevel, STATUS_TYPES } from './status.record.js';
import type { StatusRecord, StatusType } from './status.record.js';

export class StatusAudienceView {
  @ApiProperty({ enum: AUDIENCE_LEVELS, example: 'contacts' })
  level: AudienceLevel;

  @ApiPropertyOptional({ type: [String], description: 'With `contacts_except` and `only`' })
  userIds?: string[];
}

/** A status. Events, which go to many, carry it without what concerns one reader alone. */
export class StatusView {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60718' })
  id: string;

  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701', description: 'Its author' })
  userId: string;

  @ApiProperty({ enum: STATUS_TYPES, example: 'text' })
  type: StatusType;

  @ApiPropertyOptional({ example: 'At the sea' })
  text?: string;

  @ApiPropertyOptional({ description: 'Images and videos' })
  mediaId?: string;

  @ApiPropertyOptional({ type: MediaView, description: 'The same, with what is to be known of it' })
  media?: MediaView;

  @ApiPropertyOptional({ example: '#1F6FEB', description: 'Of a text' })
  backgroundColor?: string;

  @ApiPropertyOptional({ type: StatusAudienceView, description: 'Only for its author' })
  audience?: StatusAudienceView;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  createdAt: string;

  @ApiProperty({ example: '2026-11-23T10:15:30.123Z', description: 'From this moment on it is gone' })
  expiresAt: string;

  @ApiPropertyOptional({ example: false, description: 'Whether I have seen it; not on my own' })
  viewed?: boolean;

  @ApiPropertyOptional({ example: 3, description: 'Only for its author' })
  viewCount?: number;
}

/** One author's statuses in the feed. */
export class StatusGroupView {
  @ApiProperty({ type: UserView })
  user: UserView;

  @ApiProperty({ example: false, description: 'I have muted this author: the group is among the last' })
  muted: boolean;

  @ApiProperty({ example: false })
  allViewed: boolean;

  @ApiProperty({ type: [StatusView], description: 'Oldest first' })
  statuses: StatusView[];
}

export class StatusFeedView extends PageView {
  @ApiProperty({ type: [StatusGroupView] })
  items: StatusGroupView[];
}

export class StatusPageView extends PageView {
  @ApiProperty({ type: [StatusView] })
  items: StatusView[];
}

export class StatusViewerView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60702' })
  userId: string;

  @ApiProperty({ example: '2026-11-22T11:00:00.000Z' })
  viewedAt: string;

  @ApiPropertyOptional({ example: '❤️', description: "The viewer's reaction" })
  emoji?: string;
}

export class StatusViewerPageView extends PageView {
  @ApiProperty({ type: [StatusViewerView] })
  items: StatusViewerView[];
}

/** As everybody in the audience sees it. */
export function toStatusView(status: StatusRecord): StatusView {
  return sharedFields(status);
}

/** As its author sees it. */
export function toOwnStatusView(status: StatusRecord, viewCount: number): StatusView {
  return { ...sharedFields(status), audience: status.audience, viewCount };
}

/** As somebody in the audience sees it; `seen` holds what they have looked at. */
export function toSeenStatusView(status: StatusRecord, seen: ReadonlyMap<string, Date>): StatusView {
  return { ...sharedFields(status), viewed: seen.has(status.id) };
}

function sharedFields({ id, userId, type, text, media, backgroundColor, ...times }: StatusRecord) {
  return {
    id,
    userId,
    type,
    ...(text !== undefined && { text }),
    ...(media !== undefined && { mediaId: media.id, media: toMediaView(media) }),
    ...(backgroundColor !== undefined && { backgroundColor }),
    createdAt: times.createdAt.toISOString(),
    expiresAt: times.expiresAt.toISOString(),
  };
}
