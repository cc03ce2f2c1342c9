import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { UsersModule } from '../users/users.module.js';
import { ChatAccess } from './chat-access.js';
import { ChatHeads } from './chat-heads.service.js';
import { ChatMember, ChatMemberSchema } from './chat-member.schema.js';
import { ChatMembersRepository } from './chat-members.repository.js';
import { ChatReader } from './chat-reader.service.js';
import { ChatRosters } from './chat-rosters.service.js';
import { Chat, ChatSchema } from './chat.schema.js';
import { ChatsData } from './chats-data.js';
import { ChatsController } from './chats.controller.js';
import { ChatsRepository } from './chats.repository.js';
import { ChatsService } from './chats.service.js';
import { DirectGate } from './direct-gate.js';
import { FirstMessageListener } from './first-message.listener.js';
import { GroupConsent } from './group-consent.js';
import { ChatLogRepository } from './log/chat-log.repository.js';
import { ChatLogRow, ChatLogSchema } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import { ChatLogStore } from './log/chat-log.store.js';
import { ChatWatermarks } from './log/chat-watermarks.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { ChatReceiptsRepository } from './receipts/chat-receipts.repository.js';
import { ChatReceipts, ChatReceiptsSchema } from './receipts/chat-receipts.schema.js';
import { ReceiptPrivacy } from './receipts/receipt-privacy.js';
import { ReceiptsPublisher } from './receipts/receipts.publisher.js';
import { ReceiptsService } from './receipts/receipts.service.js';
import { RelationsService } from './relations.service.js';

@Module({
  imports: [
    UsersModule,
    MongooseModule.forFeature([
      { name: Chat.name, schema: ChatSchema },
      { name: ChatMember.name, schema: ChatMemberSchema },
      { name: ChatLogRow.name, schema: ChatLogSchema },
      { name: ChatReceipts.name, schema: ChatReceiptsSchema },
    ]),
  ],
  controllers: [ChatsController, MembersController],
  providers: [
    ChatsService,
    MembersService,
    ReceiptsService,
    RelationsService,
    ChatsData,
    DirectGate,
    FirstMessageListener,
    GroupConsent,
    ReceiptPrivacy,
    ChatAccess,
    ChatReader,
    ChatHeads,
    ChatRosters,
    ChatLog,
    ChatLogStore,
    ChatWatermarks,
    ReceiptsPublisher,
    ChatsRepository,
    ChatMembersRepository,
    ChatLogRepository,
    ChatReceiptsRepository,
  ],
  // What makes up a chat's log is shared with the features that write to it and read it back.
  exports: [
    ChatsService,
    ReceiptsService,
    RelationsService,
    DirectGate,
    ChatAccess,
    ChatReader,
    ChatHeads,
    ChatLog,
    ChatLogRepository,
    ChatMembersRepository,
    ChatReceiptsRepository,
  ],
})
export class ChatsModule {}
