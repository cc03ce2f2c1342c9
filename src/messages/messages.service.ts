import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess, NotAMemberError } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { type AppendResult, ChatLog } from '../chats/log/chat-log.service.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import {
  ConflictError,
  ForbiddenError,
  UnavailableError,
  ValidationError,
} from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { type MessageView, toMessageView } from './message.view.js';
import {
  checkedContent,
  isSameContent,
  type MessageContent,
  textSent,
  toRowContent,
} from './message-content.js';
import { type Quote, Quotes } from './quotes.service.js';
import { RecentSends } from './recent-sends.js';

const OTHER_CONTENT = 'This clientMessageId was used for another message: make a new id';

/** How often a quoted message is read again because it was changed at the same time. */
const MAX_QUOTE_READS = 10;

/** Thrown inside a draft: the quoted message was changed since it was read. */
class StaleQuoteError extends Error {}

/** Sending: once per `clientMessageId`, in order, stored before anybody hears of it. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly access: ChatAccess,
    private readonly gate: DirectGate,
    private readonly log: ChatLog,
    private readonly rows: ChatLogRepository,
    private readonly changes: MessageChangesRepository,
    private readonly quotes: Quotes,
    private readonly recent: RecentSends,
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
    if (!clientMessageId)
      return toSent(await this.store(senderId, chatId, { ...content, clientMessageId: randomUUID() }));
    const first = this.recent.find(senderId, chatId, clientMessageId);
    if (first) return this.sentBefore(await sameContent(first, content));
    const stored = this.store(senderId, chatId, content);
    this.recent.add(senderId, chatId, clientMessageId, stored);
    return toSent(await sameContent(stored, content));
  }

  /** What was sent a moment ago may have been changed since. */
  private async sentBefore({ row }: AppendResult): Promise<{ message: MessageView; isNew: boolean }> {
    const now = row && (await this.changes.findMessage(row._id.toHexString()));
    if (!row) throw new Error('a message draft always makes a row');
    return { message: viewOf(now ?? row), isNew: false };
  }

  /** For a retry of a reply whose status is out of reach by now: the first message, if there is one. */
  async findStatusReply(
    senderId: string,
    statusId: string,
    { clientMessageId, text }: { clientMessageId: string; text: string },
  ): Promise<MessageView | null> {
    const row = await this.rows.findStatusReply(statusId, senderId, clientMessageId);
    if (row && !row.deletedAt && textSent(row) !== text) throw new ConflictError(OTHER_CONTENT);
    return row && viewOf(row);
  }

  /** Who may not write any more, or quotes what is gone, is answered all the same for what was stored before. */
  private async store(senderId: string, chatId: string, content: MessageContent): Promise<AppendResult> {
    try {
      await this.gate.assertOpen(senderId, chatId);
      return await this.appendQuoting(senderId, chatId, content);
    } catch (error) {
      const isRefused = error instanceof ForbiddenError || error instanceof ValidationError;
      const row = isRefused && (await this.findSent(senderId, chatId, content));
      if (!row) throw error;
      return { row, isNew: false };
    }
  }

  private findSent(senderId: string, chatId: string, { clientMessageId = '' }: MessageContent) {
    return this.rows.findBySend(toObjectId(chatId), toObjectId(senderId), clientMessageId);
  }

  /** An answer quotes a message as it is at the answer's own place in the log. */
  private async appendQuoting(
    senderId: string,
    chatId: string,
    content: MessageContent,
  ): Promise<AppendResult> {
    const { replyToId } = content;
    if (replyToId === undefined) return this.append(senderId, chatId, content, null);
    for (let reads = 1; ; reads += 1) {
      await this.access.assertMember(senderId, chatId);
      const quote = await this.quotes.of(senderId, chatId, replyToId);
      try {
        return await this.append(senderId, chatId, content, quote);
      } catch (error) {
        if (!(error instanceof StaleQuoteError)) throw error;
        if (reads === MAX_QUOTE_READS) throw new UnavailableError();
      }
    }
  }

  /** Checks membership against the very state that the row is numbered on, then stores and tells. */
  private append(
    senderId: string,
    chatId: string,
    content: MessageContent,
    quote: Quote | null,
  ): Promise<AppendResult> {
    const sender = toObjectId(senderId);
    const row = toRowContent(content, quote && quote.row);
    const write = this.log.append({
      chatId,
      draft: (state) => {
        if (!state.has(senderId)) throw new NotAMemberError();
        if (quote?.isStale(state)) throw new StaleQuoteError();
        if (content.mentions?.some((id) => !state.has(id))) throw notMentionable();
        return { kind: 'message', senderId: sender, ...row };
      },
      stored: (stored, recipientIds) => {
        this.events.publish('message.created', { message: viewOf(stored), recipientIds });
      },
    });
    return this.access.guarded(senderId, chatId, write);
  }
}

function notMentionable(): ValidationError {
  return ValidationError.of('mentions', 'isMember', 'mentions must be members of the chat');
}

/** The view of a row just stored is wanted twice, by the ack and by the fan-out: made once. */
const views = new WeakMap<ChatLogRow, MessageView>();

function viewOf(row: ChatLogRow): MessageView {
  let view = views.get(row);
  if (!view) views.set(row, (view = toMessageView(row)));
  return view;
}

async function sameContent(sent: Promise<AppendResult>, content: MessageContent): Promise<AppendResult> {
  const result = await sent;
  if (result.row && !isSameContent(result.row, content)) throw new ConflictError(OTHER_CONTENT);
  return result;
}

function toSent({ row, isNew }: AppendResult): { message: MessageView; isNew: boolean } {
  if (!row) throw new Error('a message draft always makes a row');
  return { message: viewOf(row), isNew };
}
