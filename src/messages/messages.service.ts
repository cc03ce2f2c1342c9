import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { assertMaySend } from '../chats/group-rules.js';
import { toAttachmentRow } from '../chats/log/attachment-row.js';
import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow, QuotedStatusRow } from '../chats/log/chat-log.schema.js';
import { type AppendResult, ChatLog } from '../chats/log/chat-log.service.js';
import { asOf, isExpired } from '../chats/log/expiry.js';
import { Clock } from '../common/clock.js';
import { ConflictError, ForbiddenError, ValidationError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import type { Attachment } from '../media/attachment.js';
import { MediaNotFoundError } from '../media/media-library.service.js';
import { type MessageView, toMessageView } from './message.view.js';
import { type FileMessageType, hasFiles, MessageAttachments } from './message-attachments.service.js';
import { RecentSends } from './recent-sends.js';
import { SendTurns } from './send-turns.js';

const OTHER_CONTENT = 'This clientMessageId was used for another message: make a new id';

/** What a sender gives; identity and chat come beside it. */
export interface MessageContent {
  clientMessageId?: string;
  type?: 'text' | FileMessageType;
  text?: string;
  /** Uploads of the sender. */
  attachmentIds?: string[];
  /** Gone after so long, or sooner by the chat's setting. */
  expiresInSeconds?: number;
  /** A status that it quotes; given by the server, never by a client. */
  replyTo?: QuotedStatus;
}

/** What becomes of it in the row. */
interface MessageBody {
  type: 'text' | FileMessageType;
  text: string;
  attachments?: Attachment[];
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
    private readonly recent: RecentSends,
    private readonly attachments: MessageAttachments,
    private readonly turns: SendTurns,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** `isNew` is false for a retry, which gets the first message and is not told to anybody again. */
  async send(
    senderId: string,
    chatId: string,
    content: MessageContent,
  ): Promise<{ message: MessageView; isNew: boolean }> {
    const { clientMessageId } = content;
    if (!clientMessageId)
      return this.toSent(await this.store(senderId, chatId, { ...content, clientMessageId: randomUUID() }));
    const first = this.recent.find(senderId, chatId, clientMessageId);
    if (first) return this.toSent({ ...(await this.sameContent(first, content)), isNew: false });
    const stored = this.store(senderId, chatId, content);
    this.recent.add(senderId, chatId, clientMessageId, stored);
    return this.toSent(await this.sameContent(stored, content));
  }

  /** The message that was sent under this `clientMessageId`, if there is one; with other content it is `CONFLICT`. */
  async findSent(senderId: string, chatId: string, content: MessageContent): Promise<MessageView | null> {
    const row = await this.findRow(senderId, chatId, content);
    return (
      row && this.toSent(await this.sameContent(Promise.resolve({ row, isNew: false }), content)).message
    );
  }

  /** As the chat is now; a send asks again. */
  async assertMayWrite(senderId: string, chatId: string): Promise<void> {
    await this.access.assertMember(senderId, chatId);
    await this.gate.assertOpen(senderId, chatId);
  }

  /** For a retry of a reply whose status is out of reach by now: the first message, if there is one. */
  async findStatusReply(
    senderId: string,
    statusId: string,
    { clientMessageId, text }: { clientMessageId: string; text: string },
  ): Promise<MessageView | null> {
    const row = await this.rows.findStatusReply(statusId, senderId, clientMessageId);
    if (row && row.text !== text && !this.isExpired(row)) throw new ConflictError(OTHER_CONTENT);
    return row && viewOf(row);
  }

  /** Who may not write any more is answered all the same for what was stored before. */
  private async store(senderId: string, chatId: string, content: MessageContent): Promise<AppendResult> {
    try {
      await this.gate.assertOpen(senderId, chatId);
      const body = this.bodyOf(senderId, content);
      return await this.turns.run(senderId + chatId, body, (ready) =>
        this.append(senderId, chatId, content, ready),
      );
    } catch (error) {
      const isRefused = error instanceof ForbiddenError || error instanceof MediaNotFoundError;
      const row = isRefused && (await this.findRow(senderId, chatId, content));
      if (!row) throw error;
      return { row, isNew: false };
    }
  }

  private findRow(senderId: string, chatId: string, { clientMessageId = '' }: MessageContent) {
    return this.rows.findBySend(toObjectId(chatId), toObjectId(senderId), clientMessageId);
  }

  /** What is sent; with files it has to be looked up. */
  private bodyOf(senderId: string, content: MessageContent): MessageBody | Promise<MessageBody> {
    const { text = '' } = content;
    if (hasFiles(content))
      return this.attachments.of(senderId, content).then((files) => ({ ...files, text }));
    if (text === '') throw ValidationError.of('text', 'required', 'A message without files needs text');
    return { type: 'text', text };
  }

  /** Checks membership against the very state that the row is numbered on, then stores and tells. */
  private append(
    senderId: string,
    chatId: string,
    content: MessageContent,
    body: MessageBody,
  ): Promise<AppendResult> {
    const sender = toObjectId(senderId);
    const { clientMessageId, expiresInSeconds } = content;
    const { attachments, ...words } = body;
    const replyTo = content.replyTo && toQuotedRow(content.replyTo);
    const write = this.log.append({
      chatId,
      draft: (state) => {
        assertMaySend(state, senderId);
        return {
          kind: 'message',
          senderId: sender,
          clientMessageId,
          ...words,
          ...(attachments && { attachments: attachments.map(toAttachmentRow) }),
          ...(expiresInSeconds !== undefined && { expiresInSeconds }),
          ...(replyTo && { replyTo }),
        };
      },
      stored: (row, recipientIds) => {
        this.events.publish('message.created', { message: viewOf(row), recipientIds });
      },
    });
    return this.access.guarded(senderId, chatId, write);
  }

  /** What has expired can't be compared any more: its id stands for it. */
  private async sameContent(sent: Promise<AppendResult>, content: MessageContent): Promise<AppendResult> {
    const result = await sent;
    const { row } = result;
    if (row && !this.isExpired(row) && !isSame(row, content)) throw new ConflictError(OTHER_CONTENT);
    return result;
  }

  private toSent({ row, isNew }: AppendResult): { message: MessageView; isNew: boolean } {
    if (!row) throw new Error('a message draft always makes a row');
    return { message: viewOf(asOf(row, this.clock.nowMs())), isNew };
  }

  private isExpired(row: ChatLogRow): boolean {
    return isExpired(row, this.clock.nowMs());
  }
}

/** The view of a row just stored is wanted twice, by the ack and by the fan-out: made once. */
const views = new WeakMap<ChatLogRow, MessageView>();

function viewOf(row: ChatLogRow): MessageView {
  let view = views.get(row);
  if (!view) views.set(row, (view = toMessageView(row)));
  return view;
}

function isSame(
  row: ChatLogRow,
  { text = '', type, attachmentIds = [], expiresInSeconds, replyTo }: MessageContent,
): boolean {
  const held = (row.attachments ?? []).map(({ mediaId }) => mediaId.toHexString());
  return (
    row.text === text &&
    row.type === (type ?? (attachmentIds.length > 0 ? row.type : 'text')) &&
    held.join() === attachmentIds.join() &&
    row.expiresInSeconds === expiresInSeconds &&
    row.replyTo?.statusId.toHexString() === replyTo?.statusId
  );
}

function toQuotedRow({ statusId, senderId, ...quoted }: QuotedStatus): QuotedStatusRow {
  return { ...quoted, statusId: toObjectId(statusId), senderId: toObjectId(senderId) };
}
