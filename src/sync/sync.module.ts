import { Module } from '@nestjs/common';

import { CallsModule } from '../calls/calls.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { MessageMarksModule } from '../messages/marks/message-marks.module.js';
import { StatusModule } from '../status/status.module.js';
import { UsersModule } from '../users/users.module.js';
import { SyncController } from './sync.controller.js';
import { SyncMeService } from './sync-me.service.js';
import { SyncService } from './sync.service.js';

@Module({
  imports: [ChatsModule, MessageMarksModule, UsersModule, StatusModule, CallsModule],
  controllers: [SyncController],
  providers: [SyncService, SyncMeService],
})
export class SyncModule {}
