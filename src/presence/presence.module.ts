import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { PresenceService } from './presence.service.js';
import { TypingService } from './typing.service.js';

@Module({
  imports: [ChatsModule, RealtimeModule],
  providers: [PresenceService, TypingService],
  exports: [PresenceService, TypingService],
})
export class PresenceModule {}
