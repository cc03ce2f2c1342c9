import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { assertOwnIdentity, withoutClaims } from '../common/assert-own-identity.js';
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
import { ScheduledMessageView } from './scheduled/scheduled-message.view.js';
import { ScheduledMessages } from './scheduled/scheduled-messages.service.js';

const SENT_OR_SCHEDULED = {
  oneOf: [{ $ref: getSchemaPath(MessageView) }, { $ref: getSchemaPath(ScheduledMessageView) }],
};

@ApiTags('messages')
@ApiBearerAuth()
@ApiExtraModels(MessageView, ScheduledMessageView)
@Controller('chats/:id/messages')
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly history: HistoryService,
    private readonly scheduled: ScheduledMessages,
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
      'The same as the socket event `new_message`: every socket of every member gets `receive_message`. Answered when the message is stored durably. A retry with the same `clientMessageId` answers 200 with the first message; with other content it is `CONFLICT`. In a direct chat it is `FORBIDDEN` to write to somebody whose `messages` setting does not admit you and who has not written there yet, across a block always; nothing is stored then. With `sendAt` the answer is the scheduled message, and a retry after that moment gets the message that it has become; the same `clientMessageId` with another content or `sendAt` is `CONFLICT`, one that was cancelled is `GONE`. 100 can wait per user (`CONFLICT`).',
  })
  @ApiCreatedResponse({ schema: SENT_OR_SCHEDULED })
  @ApiOkResponse({ schema: SENT_OR_SCHEDULED, description: 'Sent before with this clientMessageId' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE', 'PAYLOAD_TOO_LARGE', 'UNAVAILABLE')
  async send(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() dto: PostMessageDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageView | ScheduledMessageView> {
    assertOwnIdentity(userId, dto);
    const { sendAt, ...content } = withoutClaims(dto);
    const { scheduled, message, isNew } =
      sendAt === undefined
        ? { scheduled: undefined, ...(await this.messages.send(userId, id, content)) }
        : await this.scheduled.schedule(userId, id, { ...content, sendAt });
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return scheduled ?? message;
  }
}
