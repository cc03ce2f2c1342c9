import { Injectable } from '@nestjs/common';

import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import type { ChatState } from '../chats/log/chat-state.js';
import { isExpired } from '../chats/log/expiry.js';
import { quotedText } from '../chats/log/message-change.js';
import type { QuotedMessageRow } from '../chats/log/message-content.js';
import { Clock } from '../common/clock.js';
import { NotFoundError, ValidationError } from '../common/errors/app-error.js';
import { assertNotSystem, MessageAccess } from './message-access.js';

/** A message that an answer quotes, and until when what is known of it holds. */
export interface Quote {
  row: QuotedMessageRow;
  isStale: (state: ChatState) => boolean;
}

/** What an answer keeps of the message that it answers. */
@Injectable()
export class Quotes {
  constructor(
    private readonly access: MessageAccess,
    private readonly log: ChatLog,
    private readonly clock: Clock,
  ) {}

  /** @throws ValidationError for a message that is deleted, expired or of another chat, or that the user can't see. */
  async of(userId: string, chatId: string, messageId: string): Promise<Quote> {
    const seen = await this.log.state(chatId);
    const seenRev = seen.rev;
    await this.log.settled(chatId, seenRev);
    const message = await this.find(userId, messageId);
    const isGone = !message || message.deletedAt || isExpired(message, this.clock.nowMs());
    if (isGone || message.chatId.toHexString() !== chatId) throw notToQuote();
    assertNotSystem(message);
    return {
      row: {
        messageId: message._id,
        senderId: message.senderId,
        type: message.type ?? 'text',
        text: quotedText(wordsOf(message)),
        rev: Math.max(message.rev, message.changedRev ?? 0),
        ...(message.expiresAt && { expiresAt: message.expiresAt }),
      },
      isStale: (state) => state !== seen || state.mayHaveChanged(messageId, seenRev),
    };
  }

  private async find(userId: string, messageId: string): Promise<ChatLogRow | null> {
    try {
      return (await this.access.getVisible(userId, messageId)).row;
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }
}

/** What stands for a message in few words. */
function wordsOf({ text, poll, contact, location, attachments }: ChatLogRow): string {
  return text || (poll?.question ?? contact?.name ?? location?.name ?? attachments?.[0]?.name ?? '');
}

function notToQuote(): ValidationError {
  return ValidationError.of(
    'replyToId',
    'exists',
    'replyToId must be a message of this chat that is there for you to see',
  );
}
