import { Body, Controller, Get, Headers, HttpStatus, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idempotencyKey } from '../common/http/idempotency-key.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { ForwardMessagesDto } from './dto/change-message.dto.js';
import { ForwardsService } from './forwards.service.js';
import { ForwardedMessagesView, MessageListView } from './message-list.view.js';
import { StarsService } from './stars.service.js';

/** Messages across chats. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('messages')
export class MessageMarksController {
  constructor(
    private readonly stars: StarsService,
    private readonly forwards: ForwardsService,
  ) {}

  @Get('starred')
  @ApiOperation({
    summary: 'Messages that I have starred',
    description:
      'The latest star first. Without those deleted, or out of my reach by now: a page may come short.',
  })
  @ApiOkResponse({ type: MessageListView })
  @ApiErrors('VALIDATION')
  starred(@CurrentUser() { userId }: AuthUser, @Query() query: PageQueryDto): Promise<MessageListView> {
    return this.stars.list(userId, query);
  }

  @Post('forward')
  @RateLimit('new_message')
  @ApiOperation({
    summary: 'Pass messages on',
    description:
      'Up to 20 messages to up to 5 chats, as new messages of mine marked `forwarded`. I have to see the messages and may write to the chats; all is checked before the first is sent. A poll is passed on without its votes.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A retry with the same key sends nothing twice',
  })
  @ApiCreatedResponse({ type: ForwardedMessagesView })
  @ApiOkResponse({ type: ForwardedMessagesView, description: 'All sent before with this key' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE', 'UNAVAILABLE')
  async forward(
    @CurrentUser() { userId }: AuthUser,
    @Body() dto: ForwardMessagesDto,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ForwardedMessagesView> {
    const { messages, isNew } = await this.forwards.forward(userId, dto, idempotencyKey(key));
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { items: messages };
  }
}
