import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StatusModule } from '../status/status.module.js';
import { UsersModule } from '../users/users.module.js';
import { CallGateway } from './call.gateway.js';
import { ChatGateway } from './chat.gateway.js';
import { ConnectionGateway } from './connection.gateway.js';
import { HotEvents } from './hot-events.js';
import { MessageGateway } from './message.gateway.js';
import { PresenceGateway } from './presence.gateway.js';
import { SessionCheck } from './session-check.js';
import { SignalGateway } from './signal.gateway.js';
import { StatusGateway } from './status.gateway.js';
import { TokenExpiry } from './token-expiry.js';
import { WsJwtGuard } from './ws-jwt.guard.js';

@Module({
  imports: [
    AuthModule,
    UsersModule,
    ChatsModule,
    MessagesModule,
    PresenceModule,
    StatusModule,
    CallsModule,
    RealtimeModule,
  ],
  providers: [
    ConnectionGateway,
    ChatGateway,
    MessageGateway,
    PresenceGateway,
    StatusGateway,
    CallGateway,
    SignalGateway,
    HotEvents,
    WsJwtGuard,
    TokenExpiry,
    SessionCheck,
  ],
})
export class GatewaysModule {}
