import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import type { UserRecord } from './user.record.js';

/** A user as others see one: never with email or phone; `about` and `avatarUrl` are empty to whom privacy shuts out. */
export class UserView {
  @ApiProperty({ example: '665f1f77bcf86cd799439011' })
  id: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name: string;

  @ApiProperty({ example: 'At the analytical engine', description: 'May be empty' })
  about: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '/api/media/6920f1c2a1b2c3d4e5f60799',
    description: 'Square, on this server; `/thumbnail` behind it for a small one',
  })
  avatarUrl: string | null;

  @ApiPropertyOptional({
    example: true,
    description: 'The account was deleted; its messages remain. Else absent',
  })
  deleted?: true;

  @ApiPropertyOptional({
    example: true,
    description: 'Only of people who saved you or share a chat with you, and whose privacy allows it',
  })
  online?: boolean;

  @ApiPropertyOptional({
    format: 'date-time',
    example: '2026-11-22T10:15:30.123Z',
    description: 'As `online`; absent while they are online',
  })
  lastSeenAt?: string;
}

/** One's own profile. */
export class OwnUserView extends OmitType(UserView, ['deleted', 'online', 'lastSeenAt']) {
  @ApiProperty({ example: 'ada@example.com' })
  email: string;

  @ApiProperty({ type: String, nullable: true, example: '+4915123456789' })
  phone: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-05T09:30:00.000Z' })
  createdAt: string;
}

export class UserPageView extends PageView {
  @ApiProperty({ type: [UserView] })
  items: UserView[];
}

/** The fields as they are; `UserViews` hides what the viewer may not see. */
export function toUserView({ id, name, about, avatarUrl, isDeleted }: UserRecord): UserView {
  return { id, name, about, avatarUrl, ...(isDeleted && { deleted: true }) };
}

export function toOwnUserView(user: UserRecord): OwnUserView {
  const { id, name, about, avatarUrl, email, phone, createdAt } = user;
  return { id, name, about, avatarUrl, email, phone, createdAt: createdAt.toISOString() };
}
