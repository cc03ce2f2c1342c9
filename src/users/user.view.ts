import { ApiProperty } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import type { UserRecord } from './user.record.js';

/** A user as others see one: never with email or phone. */
export class UserView {
  @ApiProperty({ example: '665f1f77bcf86cd799439011' })
  id: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name: string;

  @ApiProperty({ example: 'At the analytical engine', description: 'May be empty' })
  about: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  avatarUrl: string | null;
}

/** One's own profile. */
export class OwnUserView extends UserView {
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

export function toUserView({ id, name, about, avatarUrl }: UserRecord): UserView {
  return { id, name, about, avatarUrl };
}

export function toOwnUserView(user: UserRecord): OwnUserView {
  const { id, name, about, avatarUrl, email, phone, createdAt } = user;
  return { id, name, about, avatarUrl, email, phone, createdAt: createdAt.toISOString() };
}
