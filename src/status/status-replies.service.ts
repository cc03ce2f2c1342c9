import { Injectable } from '@nestjs/common';

import { ChatsService } from '../chats/chats.service.js';
import { DirectGate } from '../chats/direct-gate.js';
import { RelationsService } from '../chats/relations.service.js';
import { ForbiddenError, NotFoundError } from '../common/errors/app-error.js';
import type { MessageView } from '../messages/message.view.js';
import { MessagesService } from '../messages/messages.service.js';
import { SentMessages } from '../messages/sent-messages.service.js';
import type { ReplyToStatusDto } from './dto/reply-to-status.dto.js';
import { StatusAccess } from './status-access.js';
import type { StatusRecord } from './status.record.js';

interface SentReply {
  message: MessageView;
  isNew: boolean;
}

/** A reply is a message in the direct chat with the author, which quotes the status as it was. */
@Injectable()
export class StatusReplies {
  constructor(
    private readonly access: StatusAccess,
    private readonly relations: RelationsService,
    private readonly gate: DirectGate,
    private readonly chats: ChatsService,
    private readonly messages: MessagesService,
    private readonly sent: SentMessages,
  ) {}

  /** A retry is answered with the first message, also when the status is gone or out of reach by then. */
  async reply(userId: string, statusId: string, dto: ReplyToStatusDto): Promise<SentReply> {
    try {
      return await this.send(userId, await this.access.getVisible(userId, statusId), dto);
    } catch (error) {
      const isGone = error instanceof NotFoundError;
      const message = isGone && (await this.sent.findStatusReply(userId, statusId, dto));
      if (!message) throw error;
      return { message, isNew: false };
    }
  }

  private async send(userId: string, status: StatusRecord, dto: ReplyToStatusDto): Promise<SentReply> {
    const { id: statusId, userId: authorId, type, text = '' } = status;
    if (authorId === userId) throw new ForbiddenError("You can't reply to your own status");
    await this.assertReachable(userId, authorId);
    const { chat } = await this.chats.create(userId, { type: 'direct', userId: authorId });
    const replyTo = { statusId, senderId: authorId, type, text };
    return this.messages.send(userId, chat.id, {
      clientMessageId: dto.clientMessageId,
      text: dto.text,
      replyTo,
    });
  }

  /** A refused reply must not leave an empty chat behind; in one that exists the message is checked itself. */
  private async assertReachable(userId: string, authorId: string): Promise<void> {
    const hasChat = (await this.relations.directPartners(userId)).includes(authorId);
    if (!hasChat) await this.gate.assertMayStart(userId, authorId);
  }
}
