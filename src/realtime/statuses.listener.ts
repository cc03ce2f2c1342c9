import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Statuses -> the sockets of their audience and author, and of nobody else. */
@Injectable()
export class StatusesListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.on('status.created', ({ status, own, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'new_status', status);
      this.publisher.toUsers([own.userId], 'new_status', own);
    });
    this.events.on('status.deleted', ({ statusId, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'status_deleted', { statusId });
    });
    this.events.on('status.viewed', ({ authorId, ...viewing }) => {
      this.publisher.toUsers([authorId], 'status_viewed', viewing);
    });
    this.events.on('status.reacted', ({ authorId, ...reaction }) => {
      this.publisher.toUsers([authorId], 'status_reaction', reaction);
    });
  }
}
