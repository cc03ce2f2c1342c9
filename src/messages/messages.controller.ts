import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { HistoryQueryDto } from './dto/history-query.dto.js';
import { PostMessageDto } from './dto/send-message.dto.js';
import { HistoryService } from './history.service.js';
import { MessagePageView } from './message-page.view.js';
import { MessageView } from './message.view.js';
import { MessagesService } from './messages.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('chats/:id/messages')
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly history: HistoryService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Messages of a chat',
    description:
      'Without a position the latest page. Who left a group still reads what was sent until then; who joined later reads from joining on.',
  })
  @ApiOkResponse({ type: MessagePageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  list(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: HistoryQueryDto,
  ): Promise<MessagePageView> {
    return this.history.page(user.userId, id, query);
  }

  @Post()
  @RateLimit('new_message')
  @ApiOperation({
    summary: 'Send a message',
    description:
      'The same as the socket event `new_message`: every socket of every member gets `receive_message`. Answered when the message is stored durably. A retry with the same `clientMessageId` answers 200 with the first message; with other content it is `CONFLICT`. In a direct chat it is `FORBIDDEN` to write to somebody whose `messages` setting does not admit you and who has not written there yet, across a block always; nothing is stored then.',
  })
  @ApiCreatedResponse({ type: MessageView })
  @ApiOkResponse({ type: MessageView, description: 'Sent before with this clientMessageId' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'PAYLOAD_TOO_LARGE', 'UNAVAILABLE')
  async send(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() content: PostMessageDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageView> {
    const { message, isNew } = await this.messages.send(user.userId, id, content);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return message;
  }
}
