import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess, NotAMemberError } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow, QuotedStatusRow } from '../chats/log/chat-log.schema.js';
import { type AppendResult, ChatLog } from '../chats/log/chat-log.service.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { ConflictError, ForbiddenError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { type MessageView, toMessageView } from './message.view.js';
import { RecentSends } from './recent-sends.js';

const OTHER_CONTENT = 'This clientMessageId was used for another message: make a new id';

/** What a sender gives; identity and chat come beside it. */
export interface MessageContent {
  clientMessageId?: string;
  type?: 'text';
  text: string;
  /** A status that it quotes; given by the server, never by a client. */
  replyTo?: QuotedStatus;
}

/** What a message keeps of a status; the status itself is gone after a day. */
export interface QuotedStatus {
  statusId: string;
  senderId: string;
  type: string;
  text: string;
}

/** Sending: once per `clientMessageId`, in order, stored before anybody hears of it. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly access: ChatAccess,
    private readonly gate: DirectGate,
    private readonly log: ChatLog,
    private readonly rows: ChatLogRepository,
    private readonly changes: MessageChangesRepository,
    private readonly recent: RecentSends,
    private readonly events: DomainEvents,
  ) {}

  /** `isNew` is false for a retry, which gets the first message and is not told to anybody again. */
  async send(
    senderId: string,
    chatId: string,
    content: MessageContent,
  ): Promise<{ message: MessageView; isNew: boolean }> {
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

  /** Who may not write any more is answered all the same for what was stored before. */
  private async store(senderId: string, chatId: string, content: MessageContent): Promise<AppendResult> {
    try {
      await this.gate.assertOpen(senderId, chatId);
      return await this.append(senderId, chatId, content);
    } catch (error) {
      const row = error instanceof ForbiddenError && (await this.findSent(senderId, chatId, content));
      if (!row) throw error;
      return { row, isNew: false };
    }
  }

  private findSent(senderId: string, chatId: string, { clientMessageId = '' }: MessageContent) {
    return this.rows.findBySend(toObjectId(chatId), toObjectId(senderId), clientMessageId);
  }

  /** Checks membership against the very state that the row is numbered on, then stores and tells. */
  private append(senderId: string, chatId: string, content: MessageContent): Promise<AppendResult> {
    const sender = toObjectId(senderId);
    const { clientMessageId, type = 'text', text } = content;
    const replyTo = content.replyTo && toQuotedRow(content.replyTo);
    const write = this.log.append({
      chatId,
      draft: (state) => {
        if (!state.has(senderId)) throw new NotAMemberError();
        return {
          kind: 'message',
          senderId: sender,
          clientMessageId,
          type,
          text,
          ...(replyTo && { replyTo }),
        };
      },
      stored: (row, recipientIds) => {
        this.events.publish('message.created', { message: viewOf(row), recipientIds });
      },
    });
    return this.access.guarded(senderId, chatId, write);
  }
}

/** The view of a row just stored is wanted twice, by the ack and by the fan-out: made once. */
const views = new WeakMap<ChatLogRow, MessageView>();

function viewOf(row: ChatLogRow): MessageView {
  let view = views.get(row);
  if (!view) views.set(row, (view = toMessageView(row)));
  return view;
}

async function sameContent(
  sent: Promise<AppendResult>,
  { text, type = 'text', replyTo }: MessageContent,
): Promise<AppendResult> {
  const result = await sent;
  const { row } = result;
  // Of a deleted message nobody knows any more what it said.
  if (!row || row.deletedAt) return result;
  const isSame = textSent(row) === text && row.type === type;
  if (!isSame || row.replyTo?.statusId.toHexString() !== replyTo?.statusId) {
    throw new ConflictError(OTHER_CONTENT);
  }
  return result;
}

function textSent({ original, text = '' }: ChatLogRow): string {
  return original ?? text;
}

function toQuotedRow({ statusId, senderId, ...quoted }: QuotedStatus): QuotedStatusRow {
  return { ...quoted, statusId: toObjectId(statusId), senderId: toObjectId(senderId) };
}

function toSent({ row, isNew }: AppendResult): { message: MessageView; isNew: boolean } {
  if (!row) throw new Error('a message draft always makes a row');
  return { message: viewOf(row), isNew };
}
