import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { SyncDto } from './dto/sync.dto.js';
import { SyncService } from './sync.service.js';
import { SyncView } from './sync.view.js';

@ApiTags('sync')
@ApiBearerAuth()
@Controller('sync')
export class SyncController {
  constructor(private readonly service: SyncService) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @RateLimit('read')
  @ApiOperation({
    summary: 'Everything that a device lacks',
    description:
      'Send the revs that you hold; chats that you do not name, or hold at rev 0, come as a snapshot with their latest 50 messages. Go on with `nextCursor` until it is `null`. Call it after each connect: events are a hint, this is the truth.',
  })
  @ApiOkResponse({ type: SyncView })
  @ApiErrors('VALIDATION', 'PAYLOAD_TOO_LARGE')
  sync(@CurrentUser() user: AuthUser, @Body() dto: SyncDto): Promise<SyncView> {
    return this.service.sync(user.userId, dto);
  }
}
