import { ApiProperty } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import { MessageView } from './message.view.js';

/** Messages of any chats. */
export class MessageListView extends PageView {
  @ApiProperty({ type: [MessageView] })
  items: MessageView[];
}

export class ForwardedMessagesView {
  @ApiProperty({ type: [MessageView], description: 'By chat, in the order asked for' })
  items: MessageView[];
}
