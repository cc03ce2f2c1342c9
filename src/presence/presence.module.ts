import { Global, Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { PresenceReader } from '../common/ports/presence-reader.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { UsersModule } from '../users/users.module.js';
import { LastSeenAtShutdown } from './last-seen-at-shutdown.js';
import { PresenceCircle } from './presence-circle.js';
import { PresenceLeases } from './presence-leases.js';
import { PresenceListener } from './presence.listener.js';
import { PresenceService } from './presence.service.js';
import { PresenceViews } from './presence-views.service.js';
import { TypingService } from './typing.service.js';

/** Global for the sake of `PresenceReader`: `users/`, which asks by it, lies below and can't import this. */
@Global()
@Module({
  imports: [ChatsModule, UsersModule, RealtimeModule],
  providers: [
    PresenceService,
    PresenceLeases,
    PresenceCircle,
    PresenceViews,
    PresenceListener,
    LastSeenAtShutdown,
    TypingService,
    { provide: PresenceReader, useExisting: PresenceViews },
  ],
  exports: [PresenceService, PresenceViews, PresenceReader, TypingService],
})
export class PresenceModule {}
