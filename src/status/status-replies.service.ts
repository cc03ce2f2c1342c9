import { Injectable } from '@nestjs/common';

import { ChatsService } from '../chats/chats.service.js';
import { DirectGate } from '../chats/direct-gate.js';
import { RelationsService } from '../chats/relations.service.js';
import { ForbiddenError } from '../common/errors/app-error.js';
import type { MessageView } from '../messages/message.view.js';
import { MessagesService } from '../messages/messages.service.js';
import type { ReplyToStatusDto } from './dto/reply-to-status.dto.js';
import { StatusAccess } from './status-access.js';

/** A reply is a message in the direct chat with the author, which quotes the status as it was. */
@Injectable()
export class StatusReplies {
  constructor(
    private readonly access: StatusAccess,
    private readonly relations: RelationsService,
    private readonly gate: DirectGate,
    private readonly chats: ChatsService,
    private readonly messages: MessagesService,
  ) {}

  async reply(
    userId: string,
    statusId: string,
    { clientMessageId, text }: ReplyToStatusDto,
  ): Promise<{ message: MessageView; isNew: boolean }> {
    const status = await this.access.getVisible(userId, statusId);
    if (status.userId === userId) throw new ForbiddenError("You can't reply to your own status");
    await this.assertReachable(userId, status.userId);
    const { chat } = await this.chats.create(userId, { type: 'direct', userId: status.userId });
    const replyTo = { statusId, senderId: status.userId, type: status.type, text: status.text ?? '' };
    return this.messages.send(userId, chat.id, { clientMessageId, text, replyTo });
  }

  /** A refused reply must not leave an empty chat behind; in one that exists the message is checked itself. */
  private async assertReachable(userId: string, authorId: string): Promise<void> {
    const hasChat = (await this.relations.directPartners(userId)).includes(authorId);
    if (!hasChat) await this.gate.assertMayStart(userId, authorId);
  }
}
