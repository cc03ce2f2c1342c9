import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import { MessageView } from '../messages/message.view.js';

/** A piece of the text (what is written, a question, a name) around what was found. */
export class SnippetView {
  @ApiProperty({ example: 'Shall we have lunch tomorrow?', description: 'Plain text, never markup' })
  text: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
    example: [
      [14, 19],
      [20, 28],
    ],
    description: '`[start, end)` of each match in `text`, in UTF-16 code units, ascending',
  })
  matches: [number, number][];
}

/** A message that was found. */
export class FoundMessageView extends MessageView {
  @ApiProperty({ type: SnippetView })
  snippet: SnippetView;
}

export class SearchPageView extends PageView {
  @ApiProperty({ type: [FoundMessageView] })
  items: FoundMessageView[];

  @ApiPropertyOptional({
    example: true,
    description: 'Only while old messages are still being worked into the index: ask again in a moment',
  })
  incomplete?: true;
}
