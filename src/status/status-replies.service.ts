import { Injectable } from '@nestjs/common';

import { ChatsService } from '../chats/chats.service.js';
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
    const { chat } = await this.chats.create(userId, { type: 'direct', userId: status.userId });
    const replyTo = { statusId, senderId: status.userId, type: status.type, text: status.text ?? '' };
    return this.messages.send(userId, chat.id, { clientMessageId, text, replyTo });
  }
}
