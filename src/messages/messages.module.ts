import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { HistoryService } from './history.service.js';
import { MessagesData } from './messages-data.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RecentSends } from './recent-sends.js';
import { SystemMessages } from './system-messages.service.js';

@Module({
  imports: [ChatsModule],
  controllers: [MessagesController],
  providers: [MessagesService, HistoryService, MessagesData, RecentSends, SystemMessages],
  exports: [MessagesService, HistoryService, SystemMessages],
})
export class MessagesModule {}
