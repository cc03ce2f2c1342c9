import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../chats/chats.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { UsersModule } from '../users/users.module.js';
import { CallDeadlines } from './call-deadlines.js';
import { CallDevices } from './call-devices.js';
import { CallFinder } from './call-finder.js';
import { CallHistory } from './call-history.js';
import { CallJoins } from './call-joins.js';
import { CallLeaves } from './call-leaves.js';
import { CallMembersListener } from './call-members.listener.js';
import { CallNews } from './call-news.js';
import { CallPlacement } from './call-placement.js';
import { CallRequests } from './call-requests.js';
import { CallSeating } from './call-seating.js';
import { CallSignals } from './call-signals.js';
import { CallStarts } from './call-starts.js';
import { CallStore } from './call-store.js';
import { CallTargets } from './call-targets.js';
import { CallTimers } from './call-timers.js';
import { CallTraces } from './call-traces.js';
import { Call, CallSchema } from './call.schema.js';
import { CallsData } from './calls-data.js';
import { CallsController } from './calls.controller.js';
import { CallsRepository } from './calls.repository.js';
import { CallsService } from './calls.service.js';
import { HeldSignals } from './held-signals.js';
import { IceServers } from './ice-servers.js';
import { SocketTurns } from './socket-turns.js';

@Module({
  imports: [
    UsersModule,
    ChatsModule,
    MessagesModule,
    MongooseModule.forFeature([{ name: Call.name, schema: CallSchema }]),
  ],
  controllers: [CallsController],
  providers: [
    CallsService,
    CallStarts,
    CallJoins,
    CallLeaves,
    CallSeating,
    CallSignals,
    CallHistory,
    CallDeadlines,
    CallTimers,
    CallTraces,
    CallTargets,
    CallPlacement,
    CallRequests,
    CallFinder,
    CallNews,
    CallStore,
    CallDevices,
    SocketTurns,
    CallMembersListener,
    CallsData,
    HeldSignals,
    IceServers,
    CallsRepository,
  ],
  exports: [CallsService, CallSignals, CallHistory, CallDeadlines, IceServers],
})
export class CallsModule {}
