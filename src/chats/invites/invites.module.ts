import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { MediaModule } from '../../media/media.module.js';
import { ChatsModule } from '../chats.module.js';
import { ChatInvite, ChatInviteSchema } from './invite.schema.js';
import { InvitesController } from './invites.controller.js';
import { InvitesData } from './invites-data.js';
import { InvitesRepository } from './invites.repository.js';
import { InvitesService } from './invites.service.js';
import { ChatJoinRequest, ChatJoinRequestSchema } from './join-request.schema.js';
import { JoinRequestsController } from './join-requests.controller.js';
import { JoinRequestsRepository } from './join-requests.repository.js';
import { JoinRequests } from './join-requests.service.js';
import { JoiningController } from './joining.controller.js';
import { JoiningService } from './joining.service.js';

@Module({
  imports: [
    ChatsModule,
    MediaModule,
    MongooseModule.forFeature([
      { name: ChatInvite.name, schema: ChatInviteSchema },
      { name: ChatJoinRequest.name, schema: ChatJoinRequestSchema },
    ]),
  ],
  controllers: [InvitesController, JoiningController, JoinRequestsController],
  providers: [
    InvitesService,
    JoiningService,
    JoinRequests,
    InvitesData,
    InvitesRepository,
    JoinRequestsRepository,
  ],
})
export class InvitesModule {}
