import { MessageBody } from '@nestjs/websockets';

import { ChatAccess } from '../chats/chat-access.js';
import { ChatsService } from '../chats/chats.service.js';
import { ReceiptsService } from '../chats/receipts/receipts.service.js';
import { assertOwnIdentity, withoutClaims } from '../common/assert-own-identity.js';
import type { AuthUser } from '../common/auth-user.js';
import { NewMessageDto } from '../messages/dto/send-message.dto.js';
import { HistoryService } from '../messages/history.service.js';
import { MessagesService } from '../messages/messages.service.js';
import { ScheduledMessages } from '../messages/scheduled/scheduled-messages.service.js';
import { TypingService } from '../presence/typing.service.js';
import { JoinChatAck, NewMessageAck, ReceiptAck } from './ack.views.js';
import { ClientEvent } from './client-event.decorator.js';
import { CurrentSocketUser } from './current-socket-user.decorator.js';
import { ChatEventDto, ReceiptDto, TypingDto } from './dto/chat-event.dto.js';
import { RealtimeGateway } from './realtime-gateway.decorator.js';

/** Chat and message events: each checks who claims to speak, calls one service and returns. */
@RealtimeGateway()
export class ChatGateway {
  constructor(
    private readonly access: ChatAccess,
    private readonly chats: ChatsService,
    private readonly messages: MessagesService,
    private readonly history: HistoryService,
    private readonly receipts: ReceiptsService,
    private readonly typing: TypingService,
    private readonly scheduled: ScheduledMessages,
  ) {}

  @ClientEvent('join_chat', {
    summary: 'Opens a chat: answers it with its latest messages. Events of all chats come without it too',
    ack: JoinChatAck,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  })
  async joinChat(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: ChatEventDto,
  ): Promise<JoinChatAck> {
    assertOwnIdentity(userId, dto);
    // One after the other: the messages then are no older than the rev that the chat says to hold.
    const chat = await this.chats.get(userId, dto.chatId);
    const { items } = await this.history.page(userId, dto.chatId, {});
    return { chat, messages: items };
  }

  @ClientEvent('leave_chat', {
    summary: 'Closes a chat on this device; one stays its member',
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  })
  async leaveChat(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: ChatEventDto,
  ): Promise<void> {
    assertOwnIdentity(userId, dto);
    await this.access.assertReader(userId, dto.chatId);
  }

  @ClientEvent('new_message', {
    summary:
      'Sends a message; acked when it is stored. A retry with the same clientMessageId answers the first one. With sendAt it waits until then, and the ack is what was scheduled',
    ack: NewMessageAck,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE'],
    emits: ['receive_message', 'scheduled_message'],
    limit: 'new_message',
  })
  newMessage(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: NewMessageDto,
  ): Promise<NewMessageAck> {
    assertOwnIdentity(userId, dto);
    if (dto.sendAt !== undefined) return this.schedule(userId, dto, dto.sendAt);
    return this.messages.send(userId, dto.chatId, dto).then(withMessageOnly);
  }

  /** A retry after that moment is answered with the message. */
  private async schedule(userId: string, dto: NewMessageDto, sendAt: string): Promise<NewMessageAck> {
    const { chatId, ...content } = withoutClaims(dto);
    const { scheduled, message } = await this.scheduled.schedule(userId, chatId, { ...content, sendAt });
    return scheduled ? { scheduled } : { message };
  }

  @ClientEvent('message_delivered', {
    summary: 'All messages up to seq are on this device',
    ack: ReceiptAck,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    emits: ['message_receipt'],
    limit: 'receipts',
  })
  messageDelivered(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: ReceiptDto,
  ): Promise<ReceiptAck> {
    assertOwnIdentity(userId, dto);
    return this.receipts.markDelivered(userId, dto.chatId, dto.seq);
  }

  @ClientEvent('message_read', {
    summary: 'All messages up to seq were seen; implies that they were delivered',
    ack: ReceiptAck,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    emits: ['message_receipt'],
    limit: 'receipts',
  })
  messageRead(
    @CurrentSocketUser() { userId }: AuthUser,
    @MessageBody() dto: ReceiptDto,
  ): Promise<ReceiptAck> {
    assertOwnIdentity(userId, dto);
    return this.receipts.markRead(userId, dto.chatId, dto.seq);
  }

  @ClientEvent('typing', {
    summary: 'Shows the other members that one is typing or recording; ends by itself after 6 s',
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    emits: ['user_typing', 'user_stop_typing'],
    limit: 'typing',
  })
  async startTyping(@CurrentSocketUser() { userId }: AuthUser, @MessageBody() dto: TypingDto): Promise<void> {
    assertOwnIdentity(userId, dto);
    await this.typing.start(userId, dto.chatId, dto.kind ?? 'text');
  }

  @ClientEvent('stop_typing', {
    summary: 'Ends it at once',
    errors: ['NOT_FOUND', 'FORBIDDEN'],
    emits: ['user_stop_typing'],
    limit: 'typing',
  })
  async stopTyping(@CurrentSocketUser() { userId }: AuthUser, @MessageBody() dto: TypingDto): Promise<void> {
    assertOwnIdentity(userId, dto);
    await this.typing.stop(userId, dto.chatId, dto.kind ?? 'text');
  }
}

const withMessageOnly = ({ message }: Required<Pick<NewMessageAck, 'message'>>): NewMessageAck => ({
  message,
});
