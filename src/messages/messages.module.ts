import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { HistoryService } from './history.service.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RecentSends } from './recent-sends.js';

@Module({
  imports: [ChatsModule],
  controllers: [MessagesController],
  providers: [MessagesService, HistoryService, RecentSends],
  exports: [MessagesService, HistoryService],
})
export class MessagesModule {}
