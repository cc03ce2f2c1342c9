import { ApiProperty } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';

/** A text that a message had before. */
export class EarlierTextView {
  @ApiProperty({ example: 'Helo!' })
  text: string;

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z', description: 'When it was written' })
  at: string;
}

export class EarlierTextPageView extends PageView {
  @ApiProperty({ type: [EarlierTextView], description: 'Oldest first' })
  items: EarlierTextView[];
}
