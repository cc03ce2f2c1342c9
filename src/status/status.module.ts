import { Global, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../chats/chats.module.js';
import { StatusVisibility } from '../common/ports/status-visibility.js';
import { MediaModule } from '../media/media.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { UsersModule } from '../users/users.module.js';
import { StatusAccess } from './status-access.js';
import { StatusAudience } from './status-audience.service.js';
import { StatusData } from './status-data.js';
import { StatusErasureRepository } from './status-erasure.repository.js';
import { StatusExpiry } from './status-expiry.service.js';
import { StatusFeed } from './status-feed.service.js';
import { StatusListsRepository } from './status-lists.repository.js';
import { StatusLists } from './status-lists.service.js';
import { StatusMedia } from './status-media.js';
import { StatusMute, StatusMuteSchema } from './status-mute.schema.js';
import { StatusMutesRepository } from './status-mutes.repository.js';
import { StatusMutes } from './status-mutes.service.js';
import { StatusQuota, StatusQuotaSchema } from './status-quota.schema.js';
import { StatusQuotasRepository } from './status-quotas.repository.js';
import { StatusReactionsController } from './status-reactions.controller.js';
import { StatusReplies } from './status-replies.service.js';
import { StatusViewing, StatusViewingSchema } from './status-viewing.schema.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import { StatusViewings } from './status-viewings.service.js';
import { StatusController } from './status.controller.js';
import { Status, StatusSchema } from './status.schema.js';
import { StatusesRepository } from './statuses.repository.js';
import { StatusesService } from './statuses.service.js';
import { VisibleStatuses } from './visible-statuses.js';

/** Global for the sake of `StatusVisibility`: who asks by it lies below and can't import this. */
@Global()
@Module({
  imports: [
    UsersModule,
    ChatsModule,
    MessagesModule,
    MediaModule,
    MongooseModule.forFeature([
      { name: Status.name, schema: StatusSchema },
      { name: StatusViewing.name, schema: StatusViewingSchema },
      { name: StatusMute.name, schema: StatusMuteSchema },
      { name: StatusQuota.name, schema: StatusQuotaSchema },
    ]),
  ],
  controllers: [StatusController, StatusReactionsController],
  providers: [
    StatusesService,
    StatusFeed,
    StatusLists,
    StatusViewings,
    StatusReplies,
    StatusMutes,
    StatusMedia,
    StatusExpiry,
    StatusAudience,
    StatusAccess,
    StatusData,
    VisibleStatuses,
    { provide: StatusVisibility, useExisting: VisibleStatuses },
    StatusesRepository,
    StatusErasureRepository,
    StatusListsRepository,
    StatusViewingsRepository,
    StatusMutesRepository,
    StatusQuotasRepository,
  ],
  exports: [StatusesService, StatusViewings, StatusLists, StatusMutes, StatusExpiry, StatusVisibility],
})
export class StatusModule {}
