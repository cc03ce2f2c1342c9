import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../chats/chats.module.js';
import { MediaModule } from '../media/media.module.js';
import { HistoryService } from './history.service.js';
import { MessageAttachments } from './message-attachments.service.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { RecentSends } from './recent-sends.js';
import { ScheduledExpiry } from './scheduled/scheduled-expiry.service.js';
import { ScheduledMessage, ScheduledMessageSchema } from './scheduled/scheduled-message.schema.js';
import { ScheduledMessagesController } from './scheduled/scheduled-messages.controller.js';
import { ScheduledMessagesRepository } from './scheduled/scheduled-messages.repository.js';
import { ScheduledMessages } from './scheduled/scheduled-messages.service.js';
import { ScheduledSender } from './scheduled/scheduled-sender.service.js';
import { SendTurns } from './send-turns.js';
import { SystemMessages } from './system-messages.service.js';

@Module({
  imports: [
    ChatsModule,
    MediaModule,
    MongooseModule.forFeature([{ name: ScheduledMessage.name, schema: ScheduledMessageSchema }]),
  ],
  controllers: [MessagesController, ScheduledMessagesController],
  providers: [
    MessagesService,
    HistoryService,
    RecentSends,
    SendTurns,
    MessageAttachments,
    SystemMessages,
    ScheduledMessages,
    ScheduledSender,
    ScheduledExpiry,
    ScheduledMessagesRepository,
  ],
  exports: [
    MessagesService,
    HistoryService,
    SystemMessages,
    ScheduledMessages,
    ScheduledSender,
    ScheduledExpiry,
  ],
})
export class MessagesModule {}
