import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess, NotAMemberError } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { assertMaySend } from '../chats/group-rules.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import type { AppendResult } from '../chats/log/log-append.js';
import { ForbiddenError, UnavailableError, ValidationError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import { MediaNotFoundError } from '../media/media-library.service.js';
import type { MessageView } from './message.view.js';
import { MessageAttachments } from './message-attachments.service.js';
import { checkedContent, type MessageContent } from './message-content.js';
import { type Quote, Quotes } from './quotes.service.js';
import { type RecentSend, RecentSends } from './recent-sends.js';
import { SendTurns } from './send-turns.js';
import { type Prepared, Sending, StaleQuoteError } from './sending.js';
import { SentMessages } from './sent-messages.service.js';

/** How often a quoted message is read again because it was changed at the same time. */
const MAX_QUOTE_READS = 10;

interface Sent {
  message: MessageView;
  /** False for a retry, which gets the first message and is not told to anybody again. */
  isNew: boolean;
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

  async send(senderId: string, chatId: string, given: MessageContent): Promise<Sent> {
    const content = checkedContent(given);
    const { clientMessageId } = content;
    if (!clientMessageId) return this.send(senderId, chatId, { ...content, clientMessageId: randomUUID() });
    const key = senderId + chatId + clientMessageId;
    const first = this.recent.find(key);
    const before = first !== undefined && (await this.sentBefore(senderId, chatId, content, first));
    if (before) return before;
    const sending = this.start(senderId, chatId, content);
    this.recent.set(key, sending);
    let result: AppendResult<MessageView>;
    try {
      result = await sending;
    } catch (error) {
      this.recent.forget(key);
      result = { row: await this.rowDespite(error, senderId, chatId, content), isNew: false };
    }
    const row = rowOf(result);
    if (!result.isNew) this.sent.assertSame(row, content);
    const message = (result.isNew && result.told) || this.sent.viewOf(row);
    this.recent.set(key, message.id);
    return { message, isNew: result.isNew };
  }

  /** `null`: it is not there any more. */
  private async sentBefore(
    senderId: string,
    chatId: string,
    content: MessageContent,
    first: RecentSend,
  ): Promise<Sent | null> {
    if (typeof first === 'string') return this.sent.again(first, content);
    const row = await first.then(rowOf, (error) => this.rowDespite(error, senderId, chatId, content));
    return this.sent.again(row._id.toHexString(), content, row);
  }

  /** Who may not write any more, or quotes what is gone, is answered all the same for what was stored before. */
  private async rowDespite(
    error: unknown,
    senderId: string,
    chatId: string,
    content: MessageContent,
  ): Promise<ChatLogRow> {
    const reason = error instanceof NotAMemberError ? await this.access.refusal(senderId, chatId) : error;
    const isRefused =
      reason instanceof ForbiddenError ||
      reason instanceof ValidationError ||
      reason instanceof MediaNotFoundError;
    const row = isRefused && (await this.sent.findRow(senderId, chatId, content));
    if (!row) throw reason;
    return row;
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

  /** In the order of sending, whatever has to be looked up for the one or the other. */
  private start(
    senderId: string,
    chatId: string,
    content: MessageContent,
  ): Promise<AppendResult<MessageView>> {
    return this.turns.run(senderId + chatId, this.checked(senderId, chatId, content), (prepared) =>
      prepared.quote
        ? this.appendQuoting(senderId, chatId, content, prepared)
        : this.append(senderId, chatId, content, prepared),
    );
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
  ): Promise<AppendResult<MessageView>> {
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

  private append(
    senderId: string,
    chatId: string,
    content: MessageContent,
    prepared: Prepared,
  ): Promise<AppendResult<MessageView>> {
    return this.log.append(new Sending(chatId, senderId, content, prepared, this.events));
  }
}

function rowOf({ row }: AppendResult<MessageView>): ChatLogRow {
  if (!row) throw new Error('a message draft always makes a row');
  return row;
}
