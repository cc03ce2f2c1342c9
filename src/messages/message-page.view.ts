import { ApiProperty } from '@nestjs/swagger';

import { MessageView } from './message.view.js';

export class MessagePageView {
  @ApiProperty({ type: [MessageView], description: 'Ascending by seq' })
  items: MessageView[];

  @ApiProperty({ example: false, description: 'Whether there is more in the direction asked' })
  hasMore: boolean;
}
