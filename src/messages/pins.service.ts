import { Injectable } from '@nestjs/common';

import { DirectGate } from '../chats/direct-gate.js';
import { assertMayEditInfo } from '../chats/group-rules.js';
import { Clock } from '../common/clock.js';
import { ConflictError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { assertNotSystem, MessageAccess } from './message-access.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageViews } from './message-views.service.js';
import type { MessageView } from './message.view.js';
import { SystemMessages } from './system-messages.service.js';

/** Messages that a chat may have pinned at a time. */
export const MAX_PINS = 3;

/** The few messages that a chat holds up for all its members. */
@Injectable()
export class PinsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly changes: MessageChanges,
    private readonly gate: DirectGate,
    private readonly system: SystemMessages,
    private readonly views: MessageViews,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Who may change what a group shows may pin in it, and everybody in a chat of two. How many there are is checked against the state that the pin stands on: exact,
   * whoever pins at once.
   */
  async setPinned(userId: string, messageId: string, isPinned: boolean): Promise<MessageView> {
    const chatId = (await this.access.getChangeable(userId, messageId)).chatId.toHexString();
    await this.gate.assertOpen(userId, chatId);
    let pinnedAtRev: number | null = null;
    const message = await this.changes.apply({
      userId,
      messageId,
      chatId,
      decide: (now, state) => {
        assertMayEditInfo(state, userId);
        assertNotSystem(now);
        this.access.assertAlive(now);
        if (state.isPinned(messageId) === isPinned) return null;
        if (isPinned && state.pinCount(this.clock.now()) >= MAX_PINS)
          throw new ConflictError(`A chat has at most ${MAX_PINS} pinned messages: unpin one first`);
        return { type: 'pinned', isPinned, ...(now.expiresAt && { expiresAt: now.expiresAt }) };
      },
      changed: (_, recipientIds, { rev }) => {
        if (isPinned) pinnedAtRev = rev;
        const pin = { chatId, messageId, rev, pinned: isPinned, userId };
        this.events.publish('message.pinned', { ...pin, recipientIds });
      },
    });
    if (pinnedAtRev !== null) await this.note(userId, chatId, messageId, pinnedAtRev);
    return this.views.own(userId, message);
  }

  /** The chat says who pinned what; nobody has to read it. */
  private note(userId: string, chatId: string, messageId: string, rev: number): Promise<void> {
    return this.system.append({
      chatId,
      senderId: userId,
      key: `pinned ${rev}`,
      note: { kind: 'pinned', userId: toObjectId(userId), messageId: toObjectId(messageId) },
      isQuiet: true,
    });
  }
}
