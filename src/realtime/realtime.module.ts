import { Module } from '@nestjs/common';

import { ChatsModule } from '../chats/chats.module.js';
import { ChatsListener } from './chats.listener.js';
import { MessagesListener } from './messages.listener.js';
import { OnlineUsers } from './online-users.js';
import { PresenceListener } from './presence.listener.js';
import { RealtimePublisher } from './realtime.publisher.js';
import { SessionsListener } from './sessions.listener.js';

@Module({
  imports: [ChatsModule],
  providers: [
    RealtimePublisher,
    OnlineUsers,
    MessagesListener,
    ChatsListener,
    PresenceListener,
    SessionsListener,
  ],
  exports: [RealtimePublisher, OnlineUsers, SessionsListener],
})
export class RealtimeModule {}
