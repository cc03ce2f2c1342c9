import { Injectable } from '@nestjs/common';

import { ChatAccess } from '../chats/chat-access.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { MessagePast } from '../chats/log/message-past.service.js';
import { sees } from '../chats/membership.js';
import { toObjectId } from '../database/object-id.js';
import { MessageViews } from './message-views.service.js';
import type { MessageView } from './message.view.js';

/** What a chat holds up, for a device that does not have the messages: a snapshot brings only the latest. */
@Injectable()
export class PinnedMessages {
  constructor(
    private readonly access: ChatAccess,
    private readonly chatLog: ChatLog,
    private readonly messages: MessageChangesRepository,
    private readonly past: MessagePast,
    private readonly views: MessageViews,
  ) {}

  /** The last one pinned first; to who has left, what was pinned then and still is. There are never many. */
  async list(userId: string, chatId: string): Promise<MessageView[]> {
    const membership = await this.access.assertReader(userId, chatId);
    const pins = (await this.messages.findPins([chatId])).get(chatId) ?? [];
    const rows = await this.messages.findMessages(pins.map(([id]) => toObjectId(id)));
    await this.chatLog.settled(chatId, Math.max(0, ...rows.map(({ pinRev = 0 }) => pinRev)));
    const visible = rows.filter(({ seq = 0 }) => sees(membership, seq));
    const pinned = (await this.past.forMember(membership, visible)).filter((row) => row.pinned);
    return this.views.ownAll(
      userId,
      pinned.toSorted((a, b) => (b.pinRev ?? 0) - (a.pinRev ?? 0)),
    );
  }
}
