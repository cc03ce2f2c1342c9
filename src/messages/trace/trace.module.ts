import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { ChatsModule } from '../../chats/chats.module.js';
import { UsersModule } from '../../users/users.module.js';
import { ConnectionHistoriesRepository } from './connection-histories.repository.js';
import { ConnectionHistory, ConnectionHistorySchema } from './connection-history.schema.js';
import { ConnectionsData } from './connections-data.js';
import { ConnectionsListener } from './connections.listener.js';
import { ConnectionsOnNodes } from './connections-on-nodes.service.js';
import { Connections } from './connections.service.js';
import { MessageTraceController } from './message-trace.controller.js';
import { MessageTrace } from './message-trace.service.js';
import { TraceFacts } from './trace-facts.service.js';

/** What became of a message, for its sender; and when devices were connected, which it rests on. */
@Module({
  imports: [
    ChatsModule,
    UsersModule,
    MongooseModule.forFeature([{ name: ConnectionHistory.name, schema: ConnectionHistorySchema }]),
  ],
  controllers: [MessageTraceController],
  providers: [
    MessageTrace,
    TraceFacts,
    Connections,
    ConnectionsOnNodes,
    ConnectionsListener,
    ConnectionsData,
    ConnectionHistoriesRepository,
  ],
  exports: [Connections],
})
export class TraceModule {}
