import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../../common/auth-user.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CurrentUser } from '../../common/http/current-user.decorator.js';
import { PageQueryDto } from '../../common/pagination/cursor.js';
import { IdParamsDto } from '../../common/validation/params.dto.js';
import { ScheduledMessagePageView } from './scheduled-message.view.js';
import { ScheduledMessages } from './scheduled-messages.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('messages/scheduled')
export class ScheduledMessagesController {
  constructor(private readonly scheduled: ScheduledMessages) {}

  @Get()
  @ApiOperation({
    summary: 'My messages to be sent later, of all chats',
    description:
      'The next to be sent first. One that could not be sent stays for 30 days with state `failed` and the reason, unless it is deleted.',
  })
  @ApiOkResponse({ type: ScheduledMessagePageView })
  @ApiErrors('VALIDATION')
  list(@CurrentUser() { userId }: AuthUser, @Query() query: PageQueryDto): Promise<ScheduledMessagePageView> {
    return this.scheduled.page(userId, query);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Cancel a scheduled message, or remove a failed one',
    description:
      'After the answer it is never sent. `CONFLICT` while it is being sent; `NOT_FOUND` when it was sent or cancelled before.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'CONFLICT')
  cancel(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.scheduled.cancel(userId, id);
  }
}
