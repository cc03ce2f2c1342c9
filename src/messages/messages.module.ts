import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../chats/chats.module.js';
import { MediaModule } from '../media/media.module.js';
import { UsersModule } from '../users/users.module.js';
import { DeletionsService } from './deletions.service.js';
import { EditsService } from './edits.service.js';
import { ForwardsService } from './forwards.service.js';
import { HistoryService } from './history.service.js';
import { MessageMarksModule } from './marks/message-marks.module.js';
import { MessageAccess } from './message-access.js';
import { MessageAttachments } from './message-attachments.service.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageExpiry } from './message-expiry.service.js';
import { MessageInfo } from './message-info.service.js';
import { MessageMarksController } from './message-marks.controller.js';
import { MessageViews } from './message-views.service.js';
import { MessageController } from './message.controller.js';
import { MessagesData } from './messages-data.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { PinnedMessagesController } from './pinned-messages.controller.js';
import { PinnedMessages } from './pinned-messages.service.js';
import { PinsService } from './pins.service.js';
import { Quotes } from './quotes.service.js';
import { ReactionsService } from './reactions.service.js';
import { RecentSends } from './recent-sends.js';
import { ScheduledData } from './scheduled/scheduled-data.js';
import { ScheduledExpiry } from './scheduled/scheduled-expiry.service.js';
import { ScheduledMedia } from './scheduled/scheduled-media.js';
import { ScheduledMessage, ScheduledMessageSchema } from './scheduled/scheduled-message.schema.js';
import { ScheduledMessagesController } from './scheduled/scheduled-messages.controller.js';
import { ScheduledMessagesRepository } from './scheduled/scheduled-messages.repository.js';
import { ScheduledMessages } from './scheduled/scheduled-messages.service.js';
import { ScheduledSender } from './scheduled/scheduled-sender.service.js';
import { SendTurns } from './send-turns.js';
import { SentMessages } from './sent-messages.service.js';
import { StarsService } from './stars.service.js';
import { SystemMessages } from './system-messages.service.js';
import { VotesService } from './votes.service.js';

@Module({
  imports: [
    ChatsModule,
    MediaModule,
    UsersModule,
    MessageMarksModule,
    MongooseModule.forFeature([{ name: ScheduledMessage.name, schema: ScheduledMessageSchema }]),
  ],
  // In this order: `messages/scheduled` and `messages/starred` are no ids.
  controllers: [
    MessagesController,
    PinnedMessagesController,
    ScheduledMessagesController,
    MessageMarksController,
    MessageController,
  ],
  providers: [
    MessagesService,
    HistoryService,
    RecentSends,
    SendTurns,
    SentMessages,
    MessageAttachments,
    Quotes,
    MessagesData,
    SystemMessages,
    MessageAccess,
    MessageChanges,
    MessageViews,
    EditsService,
    DeletionsService,
    ReactionsService,
    PinsService,
    PinnedMessages,
    VotesService,
    StarsService,
    ForwardsService,
    MessageInfo,
    MessageExpiry,
    ScheduledMessages,
    ScheduledSender,
    ScheduledExpiry,
    ScheduledMedia,
    ScheduledData,
    ScheduledMessagesRepository,
  ],
  exports: [
    MessagesService,
    SentMessages,
    HistoryService,
    SystemMessages,
    EditsService,
    DeletionsService,
    ReactionsService,
    PinsService,
    VotesService,
    ScheduledMessages,
    ScheduledSender,
    ScheduledExpiry,
    MessageExpiry,
    MessageChanges,
  ],
})
export class MessagesModule {}
