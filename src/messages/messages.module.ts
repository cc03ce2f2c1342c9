import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { DeletionsService } from './deletions.service.js';
import { EditsService } from './edits.service.js';
import { ForwardsService } from './forwards.service.js';
import { HistoryService } from './history.service.js';
import { MessageMarksModule } from './marks/message-marks.module.js';
import { MessageAccess } from './message-access.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageInfo } from './message-info.service.js';
import { MessageMarksController } from './message-marks.controller.js';
import { MessageViews } from './message-views.service.js';
import { MessageController } from './message.controller.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { PinsService } from './pins.service.js';
import { Quotes } from './quotes.service.js';
import { ReactionsService } from './reactions.service.js';
import { RecentSends } from './recent-sends.js';
import { StarsService } from './stars.service.js';
import { SystemMessages } from './system-messages.service.js';
import { VotesService } from './votes.service.js';

@Module({
  imports: [ChatsModule, MessageMarksModule],
  controllers: [MessagesController, MessageMarksController, MessageController],
  providers: [
    MessagesService,
    HistoryService,
    RecentSends,
    Quotes,
    SystemMessages,
    MessageAccess,
    MessageChanges,
    MessageViews,
    EditsService,
    DeletionsService,
    ReactionsService,
    PinsService,
    VotesService,
    StarsService,
    ForwardsService,
    MessageInfo,
  ],
  exports: [
    MessagesService,
    HistoryService,
    SystemMessages,
    EditsService,
    DeletionsService,
    ReactionsService,
    PinsService,
    VotesService,
  ],
})
export class MessagesModule {}
