import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';

/** How far a message of mine has come with one member. */
export class MessageInfoView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  userId: string;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  sentAt: string;

  @ApiPropertyOptional({
    example: '2026-11-22T10:15:31.000Z',
    description: 'It is on a device of theirs; of long ago: at the latest since then',
  })
  deliveredAt?: string;

  @ApiPropertyOptional({
    example: '2026-11-22T10:16:00.000Z',
    description: 'They have seen it, where I may know; of long ago: at the latest since then',
  })
  readAt?: string;
}

export class MessageInfoPageView extends PageView {
  @ApiProperty({ type: [MessageInfoView], description: 'By user id, without the sender' })
  items: MessageInfoView[];
}
