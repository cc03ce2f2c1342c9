import { Injectable } from '@nestjs/common';

import { ChatAccess, NotAMemberError } from '../chats/chat-access.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import type { AppendRequest, AppendResult } from '../chats/log/log-append.js';
import type { ChatState } from '../chats/log/chat-state.js';
import type { MessageChange } from '../chats/log/message-change.js';
import { toObjectId } from '../database/object-id.js';
import { MessageAccess } from './message-access.js';

/** How often a message is read again because somebody else changed it at the same time. */
const MAX_READS = 10;

/** Thrown inside a draft: the message was changed since it was read. */
class StaleMessageError extends Error {}

export interface ChangeOfMessage {
  /** Whose deed it is. */
  userId: string;
  /** The server does it in their name, whatever they may do themselves by now. */
  isByServer?: true;
  messageId: string;
  /** Where it is known already. */
  chatId?: string;
  /** What to change, by the message as it is and the chat that the change will stand on; `null`: nothing. */
  decide: (message: ChatLogRow, state: ChatState) => MessageChange | null;
  /** After it is stored, with the message as it is now and those who may see it. */
  changed: (message: ChatLogRow, recipientIds: readonly string[], row: ChatLogRow) => void;
}

/**
 * Changing a message: the change is a row of the chat's log like any other. It is decided on the message
 * as all rows below it have left it, so that "twice" and "after the deletion" are exact on every node.
 */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly access: MessageAccess,
    private readonly chatAccess: ChatAccess,
    private readonly log: ChatLog,
  ) {}

  /** Answers the message as it is then, changed now or as it was. */
  async apply(request: ChangeOfMessage): Promise<ChatLogRow> {
    const chatId = request.chatId ?? (await this.chatOf(request));
    for (let reads = 1; ; reads += 1) {
      const result = await this.tryOnce(chatId, request, reads === MAX_READS);
      if (result) return result;
    }
  }

  private async chatOf({ userId, messageId }: ChangeOfMessage): Promise<string> {
    return (await this.access.getChangeable(userId, messageId)).chatId.toHexString();
  }

  /** `null`: the message was changed meanwhile. The last try is content with the order of the log. */
  private async tryOnce(
    chatId: string,
    { userId, messageId, isByServer, decide, changed }: ChangeOfMessage,
    isLast: boolean,
  ): Promise<ChatLogRow | null> {
    const seen = await this.log.state(chatId);
    const seenRev = seen.rev;
    await this.log.settled(chatId, seenRev);
    const message = isByServer
      ? await this.access.getStored(messageId)
      : await this.access.getChangeable(userId, messageId);
    const senderId = toObjectId(userId);
    const draft: AppendRequest['draft'] = (state) => {
      if (!isByServer && !state.has(userId)) throw new NotAMemberError();
      // Another state was loaded since: it may hold changes of other nodes.
      if (!isLast && (state !== seen || state.mayHaveChanged(messageId, seenRev)))
        throw new StaleMessageError();
      const change = decide(message, state);
      return change && { kind: 'message_changed', senderId, messageId: message._id, change };
    };
    const stored: AppendRequest['stored'] = (row, recipientIds, now) => {
      if (now) changed(now, recipientIds, row);
    };
    const write = this.log.append({ chatId, draft, stored }).catch((error: unknown) => {
      if (error instanceof StaleMessageError) return null;
      throw error;
    });
    const result: AppendResult | null = await this.chatAccess.guarded(userId, chatId, write);
    return result && (result.isNew ? (result.message ?? message) : message);
  }
}
