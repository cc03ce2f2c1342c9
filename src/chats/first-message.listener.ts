import { Injectable, type OnModuleInit } from '@nestjs/common';

import { SharedQuery } from '../database/shared-query.js';
import { DomainEvents } from '../events/domain-events.js';
import { ChatMembersRepository } from './chat-members.repository.js';

/** The first message of a chat -> it is there for everybody in it, also for whom it was opened in silence. */
@Injectable()
export class FirstMessageListener implements OnModuleInit {
  private readonly shown = new SharedQuery(async (chatIds: string[]) => {
    await this.members.unhideEmpty(chatIds);
    return () => undefined;
  });

  constructor(
    private readonly events: DomainEvents,
    private readonly members: ChatMembersRepository,
  ) {}

  onModuleInit(): void {
    this.events.on('message.created', ({ message: { chatId, seq, system } }) =>
      // Where a group's own creation is its first message, nothing was hidden.
      seq === 1 && system?.kind !== 'group_created' ? this.shown.ask(chatId) : undefined,
    );
  }
}
