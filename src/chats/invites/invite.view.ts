import { ApiProperty } from '@nestjs/swagger';

import { PageView } from '../../common/pagination/cursor.js';
import type { Invite } from './invites.repository.js';

const TOKEN = 'hZ0mJp3Q8m2yVYg5Jt0w9sE1kX4uTq7B';

/** An invite as admins see it: whoever has the token may join. */
export class InviteView {
  @ApiProperty({ example: TOKEN })
  token: string;

  @ApiProperty({ example: `http://localhost:3000/api/invites/${TOKEN}`, description: 'Its preview' })
  url: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '2026-11-29T10:00:00.000Z',
    description: '`null`: never',
  })
  expiresAt: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 10, description: '`null`: any number' })
  maxUses: number | null;

  @ApiProperty({ example: 0, description: 'How many people came by it' })
  uses: number;
}

export class InvitePageView extends PageView {
  @ApiProperty({ type: [InviteView] })
  items: InviteView[];
}

/** What an invite tells before one has joined: nothing else. */
export class InvitePreviewView {
  @ApiProperty({ example: 'Weekend' })
  title: string;

  @ApiProperty({ example: 12 })
  memberCount: number;

  @ApiProperty({
    type: String,
    nullable: true,
    example: `/api/invites/${TOKEN}/avatar`,
    description: 'Where there is a picture; to be had by whoever has the invite',
  })
  avatarUrl: string | null;
}

export class JoinPendingView {
  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  chatId: string;

  @ApiProperty({ enum: ['pending'], example: 'pending' })
  status: string;
}

export class JoinRequestView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60703' })
  userId: string;

  @ApiProperty({ example: '2026-11-22T10:00:00.000Z' })
  createdAt: string;
}

export class JoinRequestPageView extends PageView {
  @ApiProperty({ type: [JoinRequestView] })
  items: JoinRequestView[];
}

/** `origin` is where the asking client reaches this server. */
export function toInviteView({ token, expiresAt, maxUses, uses }: Invite, origin: string): InviteView {
  const url = `${origin}/api/invites/${token}`;
  return { token, url, expiresAt: expiresAt?.toISOString() ?? null, maxUses, uses };
}
