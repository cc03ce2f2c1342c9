import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Stored messages and receipts -> sockets. The same for what came by REST and what came by socket. */
@Injectable()
export class MessagesListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.on('message.created', ({ message, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'receive_message', message);
    });
    this.events.on('receipt.moved', ({ recipientIds, ...receipt }) => {
      this.publisher.toUsers(recipientIds, 'message_receipt', receipt);
    });
  }
}
