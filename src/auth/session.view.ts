import { ApiProperty } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import type { SessionRecord } from './sessions.repository.js';

/** A login of one's own, as a list of devices shows it. */
export class SessionView {
  @ApiProperty({ example: '665f1f77bcf86cd799439011' })
  id: string;

  @ApiProperty({ type: String, nullable: true, example: "Ada's phone", description: 'As the login named it' })
  deviceName: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-05T09:30:00.000Z' })
  createdAt: string;

  @ApiProperty({
    format: 'date-time',
    example: '2026-11-05T10:15:00.000Z',
    description: 'To ten minutes or so',
  })
  lastUsedAt: string;

  @ApiProperty({ description: 'Whether the request was made with this session' })
  current: boolean;
}

export class SessionPageView extends PageView {
  @ApiProperty({ type: [SessionView] })
  items: SessionView[];
}

export function toSessionView(session: SessionRecord, currentId: string): SessionView {
  const { id, deviceName, createdAt, lastUsedAt } = session;
  return {
    id,
    deviceName,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    current: id === currentId,
  };
}
