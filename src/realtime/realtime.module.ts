import { Module } from '@nestjs/common';

import { CallsListener } from './calls.listener.js';
import { ChatsListener } from './chats.listener.js';
import { GapsListener } from './gaps.listener.js';
import { MessagesListener } from './messages.listener.js';
import { OnlineUsers } from './online-users.js';
import { RealtimePublisher } from './realtime.publisher.js';
import { SessionsListener } from './sessions.listener.js';
import { StatusesListener } from './statuses.listener.js';

@Module({
  providers: [
    RealtimePublisher,
    OnlineUsers,
    MessagesListener,
    ChatsListener,
    SessionsListener,
    StatusesListener,
    CallsListener,
    GapsListener,
  ],
  exports: [RealtimePublisher, OnlineUsers, SessionsListener],
})
export class RealtimeModule {}
