import { Injectable } from '@nestjs/common';

import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { asOf, isExpired } from '../chats/log/expiry.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { Clock } from '../common/clock.js';
import { ConflictError } from '../common/errors/app-error.js';
import { toObjectId } from '../database/object-id.js';
import { checkedContent, isSameContent, type MessageContent, textSent } from './message-content.js';
import { type MessageView, toMessageView } from './message.view.js';

const OTHER_CONTENT = 'This clientMessageId was used for another message: make a new id';

/** What was sent before, by the ids that clients make: a retry gets it, and with other content it is `CONFLICT`. */
@Injectable()
export class SentMessages {
  constructor(
    private readonly log: ChatLog,
    private readonly rows: ChatLogRepository,
    private readonly changes: MessageChangesRepository,
    private readonly clock: Clock,
  ) {}

  /** The message that was sent under this `clientMessageId`, if there is one. */
  async find(senderId: string, chatId: string, given: MessageContent): Promise<MessageView | null> {
    const content = checkedContent(given);
    const row = await this.findRow(senderId, chatId, content);
    if (row) this.assertSame(row, content);
    return row && this.viewOf(row);
  }

  /** Of these client message ids those that were sent, as they are now; what they were sent with is not looked at. */
  async findAll(
    senderId: string,
    chatId: string,
    clientMessageIds: readonly string[],
  ): Promise<Map<string, MessageView>> {
    const rows = await this.rows.findBySends(toObjectId(chatId), toObjectId(senderId), clientMessageIds);
    await this.log.settled(chatId, Math.max(0, ...rows.map(({ rev }) => rev)));
    return new Map(rows.map((row) => [row.clientMessageId ?? '', toMessageView(row)]));
  }

  /** For a retry of a reply whose status is out of reach by now: the first message, if there is one. */
  async findStatusReply(
    senderId: string,
    statusId: string,
    { clientMessageId, text }: { clientMessageId: string; text: string },
  ): Promise<MessageView | null> {
    const row = await this.rows.findStatusReply(statusId, senderId, clientMessageId);
    if (row && !row.deletedAt && !this.isExpired(row) && textSent(row) !== text)
      throw new ConflictError(OTHER_CONTENT);
    return row && toMessageView(row);
  }

  findRow(
    senderId: string,
    chatId: string,
    { clientMessageId = '' }: MessageContent,
  ): Promise<ChatLogRow | null> {
    return this.rows.findBySend(toObjectId(chatId), toObjectId(senderId), clientMessageId);
  }

  /** What was sent a moment ago, as it is now; `known` where it is not found, or else `null`. */
  async again(
    messageId: string,
    content: MessageContent,
    known?: ChatLogRow,
  ): Promise<{ message: MessageView; isNew: false } | null> {
    const row = (await this.changes.findMessage(messageId)) ?? known;
    if (!row) return null;
    this.assertSame(row, content);
    return { message: this.viewOf(row), isNew: false };
  }

  /** What has expired can't be compared any more: its id stands for it. */
  assertSame(row: ChatLogRow, content: MessageContent): void {
    if (!this.isExpired(row) && !isSameContent(row, content)) throw new ConflictError(OTHER_CONTENT);
  }

  /** As it may be read at this moment. */
  viewOf(row: ChatLogRow): MessageView {
    return toMessageView(asOf(row, this.clock.nowMs()));
  }

  private isExpired(row: ChatLogRow): boolean {
    return isExpired(row, this.clock.nowMs());
  }
}
