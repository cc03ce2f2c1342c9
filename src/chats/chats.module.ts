import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { MediaModule } from '../media/media.module.js';
import { MessageMarksModule } from '../messages/marks/message-marks.module.js';
import { UsersModule } from '../users/users.module.js';
import { ChatAccess } from './chat-access.js';
import { ChatCards } from './chat-cards.service.js';
import { ChatMedia } from './chat-media.js';
import { ChatHeads } from './chat-heads.service.js';
import { ChatList } from './chat-list.service.js';
import { ChatMember, ChatMemberSchema } from './chat-member.schema.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import { ChatRosters } from './chat-rosters.service.js';
import { Chat, ChatSchema } from './chat.schema.js';
import { ChatUpdates } from './chat-updates.service.js';
import { ChatsData } from './chats-data.js';
import { ChatsController } from './chats.controller.js';
import { ChatsRepository } from './chats.repository.js';
import { ChatsService } from './chats.service.js';
import { DirectGate } from './direct-gate.js';
import { FirstMessageListener } from './first-message.listener.js';
import { OutdatedChatsListener } from './outdated-chats.listener.js';
import { GroupChanges } from './group-changes.js';
import { GroupConsent } from './group-consent.js';
import { GroupPictureMedia } from './group-picture-media.js';
import { GroupPictures } from './group-pictures.service.js';
import { AttachmentsRepository } from './log/attachments.repository.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import { ChatLogRow, ChatLogSchema } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import { ChatLogStore } from './log/chat-log.store.js';
import { ChatWatermarks } from './log/chat-watermarks.js';
import { ExpiredMessagesRepository } from './log/expired-messages.repository.js';
import { GroupPicturesRepository } from './log/group-pictures.repository.js';
import { LogEndsRepository } from './log/log-ends.repository.js';
import { MemberChangesRepository } from './log/member-changes.repository.js';
import { MessageChangesRepository } from './log/message-changes.repository.js';
import { MessageCopies } from './log/message-copies.js';
import { MessagePast } from './log/message-past.service.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { Memberships } from './memberships.service.js';
import { Newcomers } from './newcomers.js';
import { PreferencesRepository } from './preferences.repository.js';
import { GoneStars } from './gone-stars.service.js';
import { ChatPreferences } from './preferences.service.js';
import { ChatReceiptsRepository } from './receipts/chat-receipts.repository.js';
import { ChatReceipts, ChatReceiptsSchema } from './receipts/chat-receipts.schema.js';
import { ReceiptMoves } from './receipts/receipt-moves.service.js';
import { ReceiptPrivacy } from './receipts/receipt-privacy.js';
import { ReceiptsData } from './receipts/receipts-data.js';
import { ReceiptTimesRepository } from './receipts/receipt-times.repository.js';
import { ReceiptTimes, ReceiptTimesSchema } from './receipts/receipt-times.schema.js';
import { ReceiptsPublisher } from './receipts/receipts.publisher.js';
import { ReceiptsService } from './receipts/receipts.service.js';
import { RelationsService } from './relations.service.js';
import { UnreadCounts } from './unread-counts.service.js';

@Module({
  imports: [
    UsersModule,
    MediaModule,
    MessageMarksModule,
    MongooseModule.forFeature([
      { name: Chat.name, schema: ChatSchema },
      { name: ChatMember.name, schema: ChatMemberSchema },
      { name: ChatLogRow.name, schema: ChatLogSchema },
      { name: ChatReceipts.name, schema: ChatReceiptsSchema },
      { name: ReceiptTimes.name, schema: ReceiptTimesSchema },
    ]),
  ],
  controllers: [ChatsController, MembersController],
  providers: [
    ChatsService,
    ChatList,
    ChatUpdates,
    MembersService,
    ChatPreferences,
    GoneStars,
    PreferencesRepository,
    ReceiptsService,
    RelationsService,
    ChatsData,
    DirectGate,
    FirstMessageListener,
    OutdatedChatsListener,
    GroupChanges,
    GroupConsent,
    Newcomers,
    ReceiptPrivacy,
    ChatMedia,
    GroupPictures,
    GroupPictureMedia,
    GroupPicturesRepository,
    ReceiptMoves,
    ReceiptsData,
    ReceiptTimesRepository,
    ChatAccess,
    ChatReader,
    ChatCards,
    ChatHeads,
    ChatRosters,
    UnreadCounts,
    ChatLog,
    ChatLogStore,
    ChatWatermarks,
    ReceiptsPublisher,
    ChatsRepository,
    ChatMembersRepository,
    Memberships,
    ChatLogRepository,
    LogEndsRepository,
    AttachmentsRepository,
    MemberChangesRepository,
    MessageChangesRepository,
    ExpiredMessagesRepository,
    MessageCopies,
    MessagePast,
    ChatReceiptsRepository,
  ],
  // What makes up a chat's log is shared with the features that write to it and read it back.
  exports: [
    ChatsService,
    ChatList,
    ReceiptsService,
    ChatPreferences,
    ReceiptPrivacy,
    RelationsService,
    DirectGate,
    Newcomers,
    ChatsRepository,
    ChatAccess,
    ChatReader,
    ChatHeads,
    ChatLog,
    ChatLogRepository,
    LogEndsRepository,
    MessageChangesRepository,
    ExpiredMessagesRepository,
    MessageCopies,
    MessagePast,
    ChatMembersRepository,
    Memberships,
    ChatReceiptsRepository,
    ReceiptMoves,
  ],
})
export class ChatsModule {}
