import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { assertMaySend } from '../chats/group-rules.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { type AppendResult, ChatLog } from '../chats/log/chat-log.service.js';
import { ForbiddenError, UnavailableError, ValidationError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { MediaNotFoundError } from '../media/media-library.service.js';
import { type MessageView, messageViewOf } from './message.view.js';
import { MessageAttachments } from './message-attachments.service.js';
import { checkedContent, type MessageBody, type MessageContent, toRowDraft } from './message-content.js';
import { type Quote, Quotes } from './quotes.service.js';
import { RecentSends } from './recent-sends.js';
import { SendTurns } from './send-turns.js';
import { SentMessages } from './sent-messages.service.js';

/** How often a quoted message is read again because it was changed at the same time. */
const MAX_QUOTE_READS = 10;

/** Thrown inside a draft: the quoted message was changed since it was read. */
class StaleQuoteError extends Error {}

/** What has to be looked up of a content before it takes its place in the log; of plain text nothing. */
interface Prepared {
  body: MessageBody;
  quote: Quote | null;
}

/** Sending: once per `clientMessageId`, in order, stored before anybody hears of it. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly access: ChatAccess,
    private readonly gate: DirectGate,
    private readonly log: ChatLog,
    private readonly sent: SentMessages,
    private readonly quotes: Quotes,
    private readonly recent: RecentSends,
    private readonly attachments: MessageAttachments,
    private readonly turns: SendTurns,
    private readonly events: DomainEvents,
  ) {}

  /** `isNew` is false for a retry, which gets the first message and is not told to anybody again. */
  async send(
    senderId: string,
    chatId: string,
    given: MessageContent,
  ): Promise<{ message: MessageView; isNew: boolean }> {
    const content = checkedContent(given);
    const { clientMessageId } = content;
    if (!clientMessageId) return this.send(senderId, chatId, { ...content, clientMessageId: randomUUID() });
    const first = this.recent.find(senderId, chatId, clientMessageId);
    if (first) {
      const row = rowOf(await first);
      this.sent.assertSame(row, content);
      return { message: await this.sent.asItIsNow(row), isNew: false };
    }
    const stored = this.store(senderId, chatId, content);
    this.recent.add(senderId, chatId, clientMessageId, stored);
    const result = await stored;
    const row = rowOf(result);
    if (!result.isNew) this.sent.assertSame(row, content);
    return { message: this.sent.viewOf(row), isNew: result.isNew };
  }

  /**
   * Of what is to be sent later: as the chat is now, and with files of the sender, which are kept for a day
   * from now on. A send asks again.
   */
  async assertSendable(senderId: string, chatId: string, given: MessageContent): Promise<void> {
    await this.access.assertOn(senderId, chatId, (state) => assertMaySend(state, senderId));
    await this.gate.assertOpen(senderId, chatId);
    await this.attachments.bodyOf(senderId, checkedContent(given));
  }

  /** Who may not write any more, or quotes what is gone, is answered all the same for what was stored before. */
  private store(senderId: string, chatId: string, content: MessageContent): Promise<AppendResult> {
    // In the order of sending, whatever has to be looked up for the one or the other.
    const stored = this.turns.run(senderId + chatId, this.checked(senderId, chatId, content), (prepared) =>
      prepared.quote
        ? this.appendQuoting(senderId, chatId, content, prepared)
        : this.append(senderId, chatId, content, prepared),
    );
    return stored.catch(async (error: unknown) => {
      const isRefused =
        error instanceof ForbiddenError ||
        error instanceof ValidationError ||
        error instanceof MediaNotFoundError;
      const row = isRefused && (await this.sent.findRow(senderId, chatId, content));
      if (!row) throw error;
      return { row, isNew: false };
    });
  }

  /** Nothing to wait for where all is known: of most messages it is. */
  private checked(senderId: string, chatId: string, content: MessageContent): Prepared | Promise<Prepared> {
    if (!this.gate.isKnownOpen(senderId, chatId)) {
      const open = this.gate.assertOpen(senderId, chatId);
      return open.then(() => this.prepare(senderId, chatId, content));
    }
    try {
      return this.prepare(senderId, chatId, content);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private prepare(senderId: string, chatId: string, content: MessageContent): Prepared | Promise<Prepared> {
    const { replyToId } = content;
    const body = this.attachments.bodyOf(senderId, content);
    if (replyToId !== undefined)
      return Promise.all([body, this.quote(senderId, chatId, replyToId)]).then(([ready, quote]) => ({
        body: ready,
        quote,
      }));
    if (body instanceof Promise) return body.then((ready) => ({ body: ready, quote: null }));
    return { body, quote: null };
  }

  private async quote(senderId: string, chatId: string, messageId: string): Promise<Quote> {
    await this.access.assertMember(senderId, chatId);
    return this.quotes.of(senderId, chatId, messageId);
  }

  /** An answer quotes a message as it is at the answer's own place in the log. */
  private async appendQuoting(
    senderId: string,
    chatId: string,
    content: MessageContent,
    { body, quote: first }: Prepared,
  ): Promise<AppendResult> {
    let quote = first;
    for (let reads = 1; ; reads += 1) {
      try {
        return await this.append(senderId, chatId, content, { body, quote });
      } catch (error) {
        if (!(error instanceof StaleQuoteError) || !content.replyToId) throw error;
        if (reads === MAX_QUOTE_READS) throw new UnavailableError();
        quote = await this.quote(senderId, chatId, content.replyToId);
      }
    }
  }

  /** Checks membership against the very state that the row is numbered on, then stores and tells. */
  private append(
    senderId: string,
    chatId: string,
    content: MessageContent,
    { body, quote }: Prepared,
  ): Promise<AppendResult> {
    const sender = toObjectId(senderId);
    const write = this.log.append({
      chatId,
      draft: (state) => {
        assertMaySend(state, senderId);
        if (quote?.isStale(state)) throw new StaleQuoteError();
        if (content.mentions?.some((id) => !state.has(id))) throw notMentionable();
        return toRowDraft(sender, content, body, quote && quote.row);
      },
      stored: (stored, recipientIds) => {
        this.events.publish('message.created', { message: messageViewOf(stored), recipientIds });
      },
    });
    return this.access.guarded(senderId, chatId, write);
  }
}

function rowOf({ row }: AppendResult): ChatLogRow {
  if (!row) throw new Error('a message draft always makes a row');
  return row;
}

function notMentionable(): ValidationError {
  return ValidationError.of('mentions', 'isMember', 'mentions must be members of the chat');
}
