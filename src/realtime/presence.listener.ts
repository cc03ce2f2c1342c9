import { Injectable, type OnModuleInit } from '@nestjs/common';

import { RelationsService } from '../chats/relations.service.js';
import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Coming and going -> direct-chat partners, and whoever asked by `presence` while they share a chat. */
@Injectable()
export class PresenceListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly relations: RelationsService,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.on('user.online', async ({ userId }) => {
      const partners = await this.relations.directPartners(userId);
      this.publisher.toWatchers(userId, partners, 'user_online', { userId });
    });
    this.events.on('user.offline', async ({ userId, lastSeenAt }) => {
      const partners = await this.relations.directPartners(userId);
      const payload = { userId, lastSeenAt: lastSeenAt.toISOString() };
      this.publisher.toWatchers(userId, partners, 'user_offline', payload);
    });
    this.events.on('member.removed', async ({ userId, recipientIds }) => {
      const others = recipientIds.filter((id) => id !== userId);
      const mates = await this.relations.chatMates(userId, others);
      this.publisher.unwatch(
        userId,
        others.filter((id) => !mates.has(id)),
      );
    });
  }
}
