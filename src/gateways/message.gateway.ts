import { MessageBody } from '@nestjs/websockets';

import { assertOwnIdentity } from '../common/assert-own-identity.js';
import type { AuthUser } from '../common/auth-user.js';
import { DeletionsService } from '../messages/deletions.service.js';
import { EditsService } from '../messages/edits.service.js';
import { PinsService } from '../messages/pins.service.js';
import { ReactionsService } from '../messages/reactions.service.js';
import { VotesService } from '../messages/votes.service.js';
import { MessageAck } from './ack.views.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocketUser } from './current-socket-user.decorator.js';
import {
  DeleteMessageEventDto,
  EditMessageEventDto,
  PinMessageEventDto,
  ReactMessageEventDto,
  VotePollEventDto,
} from './dto/message-event.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** What becomes of a message after it was sent. */
@RealtimeGateway()
export class MessageGateway {
  constructor(
    private readonly edits: EditsService,
    private readonly deletions: DeletionsService,
    private readonly reactions: ReactionsService,
    private readonly pins: PinsService,
    private readonly votes: VotesService,
  ) {}

  @ClientEvent('edit_message', {
    summary: 'Gives a text of mine, or files of mine, another text, for some minutes after it was sent',
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

  @ClientEvent('delete_message', {
    summary:
      'Deletes a message: `for` everyone (mine for some days; any as an admin of a group), or for me alone. Twice is no error',
    ack: MessageAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
    emits: ['message_deleted'],
    limit: 'change_message',
  })
  async deleteMessage(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: DeleteMessageEventDto,
  ): Promise<MessageAck> {
    assertOwnIdentity(userId, dto);
    return { message: await this.deletions.remove(userId, dto.messageId, dto.for) };
  }

  @ClientEvent('react_message', {
    summary: 'Reacts to a message with one emoji, in the place of any before; `null` takes it back',
    ack: MessageAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['message_reaction'],
    limit: 'change_message',
  })
  async reactMessage(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: ReactMessageEventDto,
  ): Promise<MessageAck> {
    assertOwnIdentity(userId, dto);
    return { message: await this.reactions.react(userId, dto.messageId, dto.emoji) };
  }

  @ClientEvent('pin_message', {
    summary: 'Pins a message for the whole chat, or unpins it; a fourth pin is `CONFLICT`',
    ack: MessageAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE'],
    emits: ['message_pinned', 'receive_message'],
    limit: 'change_message',
  })
  async pinMessage(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: PinMessageEventDto,
  ): Promise<MessageAck> {
    assertOwnIdentity(userId, dto);
    return { message: await this.pins.setPinned(userId, dto.messageId, dto.pinned) };
  }

  @ClientEvent('vote_poll', {
    summary: 'Votes in a poll, in the place of any vote before; no options take it back',
    ack: MessageAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'GONE'],
    emits: ['poll_voted'],
    limit: 'change_message',
  })
  async votePoll(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: VotePollEventDto,
  ): Promise<MessageAck> {
    assertOwnIdentity(userId, dto);
    return { message: await this.votes.vote(userId, dto.messageId, dto.optionIds) };
  }
}
