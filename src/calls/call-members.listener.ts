import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { CallLeaves } from './call-leaves.js';

/** Somebody left a group or was removed -> out of its call. */
@Injectable()
export class CallMembersListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly leaves: CallLeaves,
  ) {}

  onModuleInit(): void {
    this.events.on('member.removed', ({ chatId, userId }) => this.leaves.dropMember(chatId, userId));
  }
}
