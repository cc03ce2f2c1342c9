import { Injectable } from '@nestjs/common';

import { DirectGate } from '../chats/direct-gate.js';
import { DomainEvents } from '../events/domain-events.js';
import { assertNotSystem, MessageAccess } from './message-access.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageViews } from './message-views.service.js';
import type { MessageView } from './message.view.js';

/** One emoji per member and message. */
@Injectable()
export class ReactionsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly changes: MessageChanges,
    private readonly gate: DirectGate,
    private readonly views: MessageViews,
    private readonly events: DomainEvents,
  ) {}

  /** Another emoji takes the place of the one before; `null` takes it back. The same again changes nothing. */
  async react(userId: string, messageId: string, emoji: string | null): Promise<MessageView> {
    const chatId = (await this.access.getChangeable(userId, messageId)).chatId.toHexString();
    await this.gate.assertOpen(userId, chatId);
    const message = await this.changes.apply({
      userId,
      messageId,
      chatId,
      decide: (now) => {
        assertNotSystem(now);
        this.access.assertAlive(now);
        const present = now.reactions?.[userId]?.emoji ?? null;
        return present === emoji ? null : { type: 'reacted', emoji };
      },
      changed: (_, recipientIds, { rev }) => {
        const reaction = { chatId, messageId, rev, userId, emoji };
        this.events.publish('message.reacted', { ...reaction, recipientIds });
      },
    });
    return this.views.own(userId, message);
  }
}
