import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../../common/auth-user.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CurrentUser } from '../../common/http/current-user.decorator.js';
import { PageQueryDto } from '../../common/pagination/cursor.js';
import { IdParamsDto } from '../../common/validation/params.dto.js';
import { MessageTrace } from './message-trace.service.js';
import { MessageTracePageView } from './message-trace.view.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('messages/:id/trace')
export class MessageTraceController {
  constructor(private readonly trace: MessageTrace) {}

  @Get()
  @ApiOperation({
    summary: 'What became of my message with each recipient, and why nothing where nothing came',
    description:
      'For its sender alone; `FORBIDDEN` to other members. Within what each recipient lets me know: without `online` there is nothing of their connections, without `lastSeen` no time of the last one, and in a direct chat `readAt` only while both have read receipts on. That somebody has blocked me shows as `hidden`.',
  })
  @ApiOkResponse({ type: MessageTracePageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  page(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<MessageTracePageView> {
    return this.trace.page(userId, id, query);
  }
}
