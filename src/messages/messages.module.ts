import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { EditsService } from './edits.service.js';
import { HistoryService } from './history.service.js';
import { MessageAccess } from './message-access.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageController } from './message.controller.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RecentSends } from './recent-sends.js';
import { SystemMessages } from './system-messages.service.js';

@Module({
  imports: [ChatsModule],
  controllers: [MessagesController, MessageController],
  providers: [
    MessagesService,
    HistoryService,
    RecentSends,
    SystemMessages,
    MessageAccess,
    MessageChanges,
    EditsService,
  ],
  exports: [MessagesService, HistoryService, SystemMessages, EditsService],
})
export class MessagesModule {}
