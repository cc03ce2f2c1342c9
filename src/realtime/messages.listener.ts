import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Stored messages, their changes and receipts -> sockets. The same for what came by REST and what came by socket. */
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
    this.events.on('scheduled.changed', ({ userId, scheduled }) => {
      this.publisher.toUsers([userId], 'scheduled_message', scheduled);
    });
    this.events.on('message.edited', ({ message, recipientIds }) => {
      this.publisher.toUsers(recipientIds, 'message_edited', message);
    });
    this.events.on('message.deleted', ({ recipientIds, ...deleted }) => {
      this.publisher.toUsers(recipientIds, 'message_deleted', deleted);
    });
    this.events.on('message.reacted', ({ recipientIds, ...reaction }) => {
      this.publisher.toUsers(recipientIds, 'message_reaction', reaction);
    });
    this.events.on('message.pinned', ({ recipientIds, ...pin }) => {
      this.publisher.toUsers(recipientIds, 'message_pinned', pin);
    });
    this.events.on('poll.voted', ({ recipientIds, ...voted }) => {
      this.publisher.toUsers(recipientIds, 'poll_voted', voted);
    });
    this.events.on('receipt.moved', ({ recipientIds, shownReadSeq, ...receipt }) => {
      if (shownReadSeq === receipt.readSeq) {
        return this.publisher.toUsers(recipientIds, 'message_receipt', receipt);
      }
      // Read with read receipts off: the reader's own devices know more than the others may.
      const others = recipientIds.filter((id) => id !== receipt.userId);
      this.publisher.toUsers([receipt.userId], 'message_receipt', receipt);
      this.publisher.toUsers(others, 'message_receipt', { ...receipt, readSeq: shownReadSeq });
    });
  }
}
