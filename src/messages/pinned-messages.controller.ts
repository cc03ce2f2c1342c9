import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { MessageListView } from './message-list.view.js';
import { PinnedMessages } from './pinned-messages.service.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('chats/:id/pins')
export class PinnedMessagesController {
  constructor(private readonly pinned: PinnedMessages) {}

  @Get()
  @ApiOperation({
    summary: 'The pinned messages of a chat',
    description: 'The last one pinned first, up to three, however old they are; as far as I may see them.',
  })
  @ApiOkResponse({ type: MessageListView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  async list(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<MessageListView> {
    return { items: await this.pinned.list(userId, id), nextCursor: null };
  }
}
