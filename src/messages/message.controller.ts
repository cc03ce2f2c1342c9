import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { EditMessageDto } from './dto/edit-message.dto.js';
import { EarlierTextPageView } from './earlier-text.view.js';
import { EditsService } from './edits.service.js';
import { MessageView } from './message.view.js';

/** What becomes of a message after it was sent. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('messages/:id')
export class MessageController {
  constructor(private readonly edits: EditsService) {}

  @Patch()
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'Edit a text of mine',
    description:
      'The same as the socket event `edit_message`: who may see the message gets `message_edited`. `FORBIDDEN` once it is older than the setting `EDIT_WINDOW_MINUTES`, `GONE` when it was deleted. The same text again changes nothing.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE', 'UNAVAILABLE')
  edit(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() { text }: EditMessageDto,
  ): Promise<MessageView> {
    return this.edits.edit(userId, id, text);
  }

  @Get('edits')
  @ApiOperation({
    summary: 'The texts that a message had before',
    description: 'For whoever may see the message. None of a message that was deleted.',
  })
  @ApiOkResponse({ type: EarlierTextPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  earlier(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<EarlierTextPageView> {
    return this.edits.earlier(userId, id, query);
  }
}
