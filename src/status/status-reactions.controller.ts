import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { MessageView } from '../messages/message.view.js';
import { ReactToStatusDto } from './dto/react-to-status.dto.js';
import { ReplyToStatusDto } from './dto/reply-to-status.dto.js';
import { StatusReplies } from './status-replies.service.js';
import { StatusViewings } from './status-viewings.service.js';
import { StatusViewerPageView } from './status.view.js';

/** What the audience does with a status, and what its author learns of it. */
@ApiTags('status')
@ApiBearerAuth()
@Controller('status/:id')
export class StatusReactionsController {
  constructor(
    private readonly viewings: StatusViewings,
    private readonly replies: StatusReplies,
  ) {}

  @Post('view')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'I have seen it',
    description:
      'The same as the socket event `view_status`. Counts once, and not on my own. The author learns of it unless one of us has read receipts off.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  view(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.viewings.view(userId, id);
  }

  @Get('viewers')
  @ApiOperation({
    summary: 'Who has seen my status, latest first',
    description:
      'Without those who looked while one of us had read receipts off; while mine are off only those who reacted.',
  })
  @ApiOkResponse({ type: StatusViewerPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  viewers(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<StatusViewerPageView> {
    return this.viewings.viewers(userId, id, query);
  }

  @Put('reaction')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'React to a status',
    description:
      'One reaction each; a new one takes the place of the old. It tells the author that I have seen it, whatever my read receipts.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  react(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() { emoji }: ReactToStatusDto,
  ): Promise<void> {
    return this.viewings.react(userId, id, emoji);
  }

  @Delete('reaction')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Take my reaction back' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  unreact(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.viewings.unreact(userId, id);
  }

  @Post('reply')
  @RateLimit('new_message')
  @ApiOperation({
    summary: 'Reply to a status',
    description:
      'A message in the direct chat with its author, which is created if need be; it quotes the status in `replyTo`. Refused by the rules of any direct message. A retry with the same `clientMessageId` answers 200 with the first message.',
  })
  @ApiCreatedResponse({ type: MessageView })
  @ApiOkResponse({ type: MessageView, description: 'Sent before with this clientMessageId' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'PAYLOAD_TOO_LARGE', 'UNAVAILABLE')
  async reply(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() dto: ReplyToStatusDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageView> {
    const { message, isNew } = await this.replies.reply(userId, id, dto);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return message;
  }
}
