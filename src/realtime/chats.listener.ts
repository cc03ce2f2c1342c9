import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Changes of chats and their members -> sockets. */
@Injectable()
export class ChatsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.on('chat.created', ({ chat, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'chat_created', chat);
    });
    this.events.on('chat.updated', ({ chat, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'chat_updated', chat);
    });
    this.events.on('chat.preferences', ({ userId, preferences }) => {
      this.publisher.toUsers([userId], 'chat_preferences', preferences);
    });
    this.events.on('chat.removed', ({ chatId, userId }) => {
      this.publisher.toUsers([userId], 'chat_removed', { chatId });
    });
    this.events.on('member.added', ({ chatId, members, rev, recipientIds }) => {
      const added = new Set(members.map(({ userId }) => userId));
      const toldOfAll = recipientIds.filter((id) => !added.has(id));
      const toldOfOwn = new Set(recipientIds.filter((id) => added.has(id)));
      for (const { userId, role } of members) {
        // The new ones have got the chat with all who are in it: a thousand times a thousand events more say nothing.
        const recipients = toldOfOwn.has(userId) ? [...toldOfAll, userId] : toldOfAll;
        this.publisher.toUsers(recipients, 'member_added', { chatId, userId, role, rev });
      }
    });
    this.events.on('member.removed', ({ recipientIds, ...member }) => {
      this.publisher.toUsers(recipientIds, 'member_removed', member);
    });
    this.events.on('join.requested', ({ recipientIds, ...request }) => {
      this.publisher.toUsers(recipientIds, 'join_requested', request);
    });
    this.events.on('join.decided', ({ recipientIds, ...decision }) => {
      this.publisher.toUsers(recipientIds, 'join_decided', decision);
    });
    this.events.on('member.role', ({ recipientIds, ...member }) => {
      this.publisher.toUsers(recipientIds, 'member_role', member);
    });
  }
}
