import { Injectable } from '@nestjs/common';

import type { Membership } from '../chats/chat-members.repository.js';
import { ChatMembersRepository } from '../chats/chat-members.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { isExpired } from '../chats/log/expiry.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { sees } from '../chats/membership.js';
import { Clock } from '../common/clock.js';
import { AppError, ForbiddenError, NotFoundError } from '../common/errors/app-error.js';

/** A message and what its reader is in its chat. */
export interface SeenMessage {
  row: ChatLogRow;
  membership: Membership;
}

/** Whose eyes see which message: one that somebody may not see is as if it were not there. */
@Injectable()
export class MessageAccess {
  constructor(
    private readonly messages: MessageChangesRepository,
    private readonly members: ChatMembersRepository,
    private readonly past: MessagePast,
    private readonly clock: Clock,
  ) {}

  /** For reading: who left a chat sees its messages as they were then. */
  async getVisible(userId: string, messageId: string): Promise<SeenMessage> {
    const { row, membership } = await this.find(userId, messageId);
    if (!sees(membership, row.seq ?? 0)) throw new NotFoundError('Message');
    const [then] = await this.past.forMember(membership, [row]);
    return { row: then ?? row, membership };
  }

  /** Also what they have deleted for themselves: to answer the same deletion again. */
  async getOnceVisible(userId: string, messageId: string): Promise<SeenMessage> {
    const { row, membership } = await this.find(userId, messageId);
    if (!sees({ ...membership, deletedSeqs: [] }, row.seq ?? 0)) throw new NotFoundError('Message');
    const [then] = await this.past.forMember(membership, [row]);
    return { row: then ?? row, membership };
  }

  /** Also what they have deleted or cleared: for taking back what they made of it before. */
  async getEverVisible(userId: string, messageId: string): Promise<SeenMessage> {
    const { row, membership } = await this.find(userId, messageId);
    const whole = { ...membership, deletedSeqs: [], clearedUpToSeq: 0, hiddenUpToSeq: 0 };
    if (!sees(whole, row.seq ?? 0)) throw new NotFoundError('Message');
    const [then] = await this.past.forMember(membership, [row]);
    return { row: then ?? row, membership };
  }

  /** For changing it: who left the chat may only read. */
  async getChangeable(userId: string, messageId: string): Promise<ChatLogRow> {
    const { row, membership } = await this.find(userId, messageId);
    if (!sees(membership, row.seq ?? 0)) throw new NotFoundError('Message');
    if (!membership.isActive)
      throw new ForbiddenError('You are no longer a member of this chat: you can only read its past');
    return row;
  }

  /** For what the server does by itself: nobody asks. */
  async getStored(messageId: string): Promise<ChatLogRow> {
    const row = await this.messages.findMessage(messageId);
    if (!row) throw new NotFoundError('Message');
    return row;
  }

  /** Nothing more becomes of a message that was deleted for everyone, or has disappeared. */
  assertAlive(message: ChatLogRow): void {
    if (message.deletedAt) throw new AppError('GONE', 'This message was deleted');
    if (isExpired(message, this.clock.nowMs())) throw new AppError('GONE', 'This message has disappeared');
  }

  private async find(userId: string, messageId: string): Promise<SeenMessage> {
    const row = await this.messages.findMessage(messageId);
    const membership = row && (await this.members.find(row.chatId.toHexString(), userId));
    if (!row || !membership) throw new NotFoundError('Message');
    return { row, membership };
  }
}

/** What the server itself says in a chat is nobody's to change. */
export function assertNotSystem({ type }: ChatLogRow): void {
  if (type === 'system') throw new ForbiddenError("This can't be done with a system message");
}
