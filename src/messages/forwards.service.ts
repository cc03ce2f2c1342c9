import { createHash, randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { assertMaySend } from '../chats/group-rules.js';
import { fromAttachmentRow } from '../chats/log/attachment-row.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import { assertNotSystem, MessageAccess } from './message-access.js';
import type { MessageContent } from './message-content.js';
import type { MessageView } from './message.view.js';
import { MessagesService } from './messages.service.js';
import { SentMessages } from './sent-messages.service.js';

/** One message to one chat, and the id under which it is sent there. */
interface Forward {
  chatId: string;
  messageId: string;
  id: string;
}

/** Passing messages on: new ones of one's own, with the content of others. */
@Injectable()
export class ForwardsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly chatAccess: ChatAccess,
    private readonly gate: DirectGate,
    private readonly messages: MessagesService,
    private readonly sent: SentMessages,
    private readonly limiter: RateLimiter,
  ) {}

  /**
   * Each message to each chat, in the order given. All is checked before the first is sent; what a crash
   * leaves out, a retry with the same key sends, and nothing twice. What was sent before is answered
   * whatever has become of its source.
   */
  async forward(
    userId: string,
    { messageIds, chatIds }: { messageIds: string[]; chatIds: string[] },
    givenKey?: string,
  ): Promise<{ messages: MessageView[]; isNew: boolean }> {
    const key = givenKey ?? randomUUID();
    const wanted: Forward[] = chatIds.flatMap((chatId) =>
      messageIds.map((messageId) => ({ chatId, messageId, id: idOf(userId, key, messageId) })),
    );
    const before = givenKey === undefined ? [] : await this.sentBefore(userId, wanted);
    const missing = wanted.filter((_, index) => !before[index]);
    const contents = await this.contentsOf(userId, missing);
    await this.assertWritable(userId, missing);
    // The call itself has taken one.
    await this.limiter.consume('new_message', userId, Math.max(missing.length - 1, 0));
    const messages: MessageView[] = [];
    let isNew = false;
    for (const [index, { chatId, messageId, id }] of wanted.entries()) {
      const content = { ...contents.get(messageId), clientMessageId: id };
      const sent = before[index] ?? (await this.messages.send(userId, chatId, content));
      messages.push(sent.message);
      isNew ||= sent.isNew;
    }
    return { messages, isNew };
  }

  /** One for each, `null` for what was not. */
  private async sentBefore(userId: string, wanted: readonly Forward[]) {
    const chatIds = [...new Set(wanted.map(({ chatId }) => chatId))];
    const found = new Map<string, Map<string, MessageView>>();
    for (const chatId of chatIds) {
      const ids = wanted.filter((one) => one.chatId === chatId).map(({ id }) => id);
      found.set(chatId, await this.sent.findAll(userId, chatId, ids));
    }
    return wanted.map(({ chatId, id }) => {
      const message = found.get(chatId)?.get(id);
      return message ? { message, isNew: false } : null;
    });
  }

  private async contentsOf(
    userId: string,
    missing: readonly Forward[],
  ): Promise<Map<string, MessageContent>> {
    const ids = [...new Set(missing.map(({ messageId }) => messageId))];
    return new Map(await Promise.all(ids.map(async (id) => [id, await this.source(userId, id)] as const)));
  }

  private async assertWritable(userId: string, missing: readonly Forward[]): Promise<void> {
    for (const chatId of new Set(missing.map((one) => one.chatId))) {
      const state = await this.chatAccess.assertMember(userId, chatId);
      if (state.has(userId)) assertMaySend(state, userId);
      await this.gate.assertOpen(userId, chatId);
    }
  }

  private async source(userId: string, id: string): Promise<MessageContent> {
    const { row } = await this.access.getVisible(userId, id);
    assertNotSystem(row);
    this.access.assertAlive(row);
    return contentOf(row);
  }
}

/** What is passed on, files by reference: neither what it answered, nor whom it named, nor what people thought of it. */
function contentOf({
  type,
  text = '',
  attachments,
  location,
  contact,
  poll,
  forwardCount = 0,
}: ChatLogRow): MessageContent {
  return {
    ...(type && type !== 'system' && { type }),
    text,
    ...(attachments && { attachments: attachments.map(fromAttachmentRow) }),
    ...(location && { location }),
    ...(contact && { contact }),
    ...(poll && { poll: { ...poll, options: poll.options.map((option) => option.text) } }),
    forwardCount: forwardCount + 1,
  };
}

/** The same for the same try; a message is forwarded to a chat once per key. */
function idOf(userId: string, key: string, messageId: string): string {
  const hash = createHash('sha256').update(JSON.stringify([userId, key, messageId]));
  return `forward ${hash.digest('base64url')}`;
}
