import { MessageBody } from '@nestjs/websockets';

import type { AuthUser } from '../common/auth-user.js';
import { EditsService } from '../messages/edits.service.js';
import { MessageAck } from './ack.views.js';
import { assertOwnIdentity } from './assert-own-identity.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocketUser } from './current-socket-user.decorator.js';
import { EditMessageEventDto } from './dto/message-event.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** What becomes of a message after it was sent. */
@RealtimeGateway()
export class MessageGateway {
  constructor(private readonly edits: EditsService) {}

  @ClientEvent('edit_message', {
    summary: 'Gives a text of mine another text, for some minutes after it was sent',
    ack: MessageAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['message_edited'],
    limit: 'change_message',
  })
  async editMessage(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: EditMessageEventDto,
  ): Promise<MessageAck> {
    assertOwnIdentity(userId, dto);
    return { message: await this.edits.edit(userId, dto.messageId, dto.text) };
  }
}
