import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { ChatLog } from './log/chat-log.service.js';

/**
 * Other nodes change who is in a chat -> the state that is remembered here is dropped, so that typing and the like
 * go to its members of today. Writes need none of it: the log refuses those that stand on an older state.
 */
@Injectable()
export class OutdatedChatsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly log: ChatLog,
  ) {}

  onModuleInit(): void {
    const forget = ({ chatId }: { chatId: string }, isHere: boolean) => {
      if (!isHere) this.log.outdated(chatId);
    };
    this.events.onAnywhere('member.added', forget);
    this.events.onAnywhere('member.removed', forget);
    this.events.onAnywhere('member.role', forget);
    this.events.onGap(() => this.log.outdated(null));
  }
}
