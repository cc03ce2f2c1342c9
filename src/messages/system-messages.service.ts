import { Injectable } from '@nestjs/common';

import type { SystemNoteRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { toObjectId } from '../database/object-id.js';
import { DomainEvents } from '../events/domain-events.js';
import { toMessageView } from './message.view.js';

/** No client can send an id that starts like this, so none can take the place of a system message. */
const RESERVED = '\0';

export interface SystemMessage {
  chatId: string;
  /** Whose deed it is. */
  senderId: string;
  /** Names the fact, at most 60 characters: the same key is stored once, however often it is tried. */
  key: string;
  note: SystemNoteRow;
  /** Nobody has to read it: it does not count as unread. */
  isQuiet: boolean;
}

/** What the server itself says in a chat: a message with a `seq` like any other, so that it syncs. */
@Injectable()
export class SystemMessages {
  constructor(
    private readonly log: ChatLog,
    private readonly events: DomainEvents,
  ) {}

  /** Resolves when it is stored, now or by an earlier try; only a new one is told to the members. */
  async append({ chatId, senderId, key, note, isQuiet }: SystemMessage): Promise<void> {
    const sender = toObjectId(senderId);
    await this.log.append({
      chatId,
      draft: () => ({
        kind: 'message',
        senderId: sender,
        clientMessageId: `${RESERVED}${key}`,
        type: 'system',
        text: '',
        system: note,
        ...(isQuiet && { isQuiet }),
      }),
      stored: (row, recipientIds) => {
        this.events.publish('message.created', { message: toMessageView(row), recipientIds });
      },
    });
  }
}
