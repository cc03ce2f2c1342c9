import { createHash, randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { DirectGate } from '../chats/direct-gate.js';
import { assertMaySend } from '../chats/group-rules.js';
import { fromAttachmentRow } from '../chats/log/attachment-row.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { assertNotSystem, MessageAccess } from './message-access.js';
import type { MessageContent } from './message-content.js';
import type { MessageView } from './message.view.js';
import { MessagesService } from './messages.service.js';

/** Passing messages on: new ones of one's own, with the content of others. */
@Injectable()
export class ForwardsService {
  constructor(
    private readonly access: MessageAccess,
    private readonly chatAccess: ChatAccess,
    private readonly gate: DirectGate,
    private readonly messages: MessagesService,
  ) {}

  /**
   * Each message to each chat, in the order given. All is checked before the first is sent; what a crash
   * leaves out, a retry with the same key sends, and nothing twice.
   */
  async forward(
    userId: string,
    { messageIds, chatIds }: { messageIds: string[]; chatIds: string[] },
    key: string = randomUUID(),
  ): Promise<{ messages: MessageView[]; isNew: boolean }> {
    const sources = await Promise.all(messageIds.map((id) => this.source(userId, id)));
    for (const chatId of chatIds) {
      const state = await this.chatAccess.assertMember(userId, chatId);
      if (state.has(userId)) assertMaySend(state, userId);
      await this.gate.assertOpen(userId, chatId);
    }
    const sent: { message: MessageView; isNew: boolean }[] = [];
    for (const chatId of chatIds) {
      for (const source of sources) {
        const clientMessageId = idOf(userId, key, source.id);
        sent.push(await this.messages.send(userId, chatId, { ...source.content, clientMessageId }));
      }
    }
    return { messages: sent.map(({ message }) => message), isNew: sent.some(({ isNew }) => isNew) };
  }

  private async source(userId: string, id: string): Promise<{ id: string; content: MessageContent }> {
    const { row } = await this.access.getVisible(userId, id);
    assertNotSystem(row);
    this.access.assertAlive(row);
    return { id, content: contentOf(row) };
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
