import { Injectable } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { toMessageView } from '../messages/message.view.js';
import { ChatAccess } from './chat-access.js';
import { assertInGroup } from './group-rules.js';
import type { ChatLogRow } from './log/chat-log.schema.js';
import { ChatLog } from './log/chat-log.service.js';
import type { AppendRequest, AppendResult } from './log/log-append.js';

/** Changes of a group by its members: who is none is refused, and the change shows in the chat itself. */
@Injectable()
export class GroupChanges {
  constructor(
    private readonly access: ChatAccess,
    private readonly chatLog: ChatLog,
    private readonly events: DomainEvents,
  ) {}

  async append(userId: string, request: AppendRequest): Promise<AppendResult> {
    const write = this.chatLog.append({
      chatId: request.chatId,
      draft: (state) => {
        assertInGroup(state, userId);
        return request.draft(state);
      },
      prepare: async (row) => request.prepare?.(row),
      stored: (row, recipientIds) => {
        this.tell(row, recipientIds);
        request.stored?.(row, recipientIds, null);
      },
    });
    return this.access.guarded(userId, request.chatId, write);
  }

  /** The change as the message that it is. */
  tell(row: ChatLogRow, recipientIds: readonly string[]): void {
    if (row.seq !== undefined) {
      this.events.publish('message.created', { message: toMessageView(row), recipientIds });
    }
  }
}
