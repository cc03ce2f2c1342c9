import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { MediaModule } from '../media/media.module.js';
import { HistoryService } from './history.service.js';
import { MessageAttachments } from './message-attachments.service.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RecentSends } from './recent-sends.js';
import { SendTurns } from './send-turns.js';
import { SystemMessages } from './system-messages.service.js';

@Module({
  imports: [ChatsModule, MediaModule],
  controllers: [MessagesController],
  providers: [MessagesService, HistoryService, RecentSends, SendTurns, MessageAttachments, SystemMessages],
  exports: [MessagesService, HistoryService, SystemMessages],
})
export class MessagesModule {}
