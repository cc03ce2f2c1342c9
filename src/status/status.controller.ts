import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
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
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { assertOwnIdentity } from '../common/assert-own-identity.js';
import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idempotencyKey } from '../common/http/idempotency-key.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto, UserIdParamsDto } from '../common/validation/params.dto.js';
import { PostStatusDto } from './dto/post-status.dto.js';
import { StatusFeed } from './status-feed.service.js';
import { StatusLists } from './status-lists.service.js';
import { StatusMutes } from './status-mutes.service.js';
import { StatusFeedView, StatusPageView, StatusView } from './status.view.js';
import { StatusesService } from './statuses.service.js';

@ApiTags('status')
@ApiBearerAuth()
@Controller('status')
export class StatusController {
  constructor(
    private readonly statuses: StatusesService,
    private readonly feed: StatusFeed,
    private readonly lists: StatusLists,
    private readonly mutes: StatusMutes,
  ) {}

  @Post()
  @RateLimit('new_status')
  @ApiOperation({
    summary: 'Post a status',
    description:
      'The same as the socket event `new_status`: its audience and my own devices get `new_status`. Who may see it is fixed now; with `everyone` it is whoever is my contact or direct-chat partner when they look. At most 100 in 24 hours, deleted ones included (`RATE_LIMITED`).',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A retry with the same key posts nothing twice (24 h)',
  })
  @ApiCreatedResponse({ type: StatusView })
  @ApiOkResponse({ type: StatusView, description: 'Posted before with this key' })
  @ApiErrors('VALIDATION', 'FORBIDDEN', 'CONFLICT', 'GONE', 'PAYLOAD_TOO_LARGE')
  async post(
    @CurrentUser() { userId }: AuthUser,
    @Body() dto: PostStatusDto,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StatusView> {
    assertOwnIdentity(userId, dto);
    const { status, isNew } = await this.statuses.post(userId, dto, idempotencyKey(key));
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return status;
  }

  @Get()
  @ApiOperation({
    summary: 'Statuses of others',
    description:
      'Grouped by author: those with something unseen first, then those all seen, then the muted; in each the latest first. The order stays that of the first page while one pages. A page can end early when its groups are large.',
  })
  @ApiOkResponse({ type: StatusFeedView })
  @ApiErrors('VALIDATION')
  list(@CurrentUser() { userId }: AuthUser, @Query() query: PageQueryDto): Promise<StatusFeedView> {
    return this.feed.feed(userId, query);
  }

  @Get('mine')
  @ApiOperation({ summary: 'My live statuses, newest first, with how many have seen them' })
  @ApiOkResponse({ type: StatusPageView })
  @ApiErrors('VALIDATION')
  mine(@CurrentUser() { userId }: AuthUser, @Query() query: PageQueryDto): Promise<StatusPageView> {
    return this.lists.mine(userId, query);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Delete a status of mine', description: 'Gone at once for everybody.' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  remove(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.statuses.remove(userId, id);
  }

  @Put('mutes/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: "Mute somebody's statuses",
    description: 'Their group comes last and is marked `muted`. They are not told.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'CONFLICT')
  mute(@CurrentUser() user: AuthUser, @Param() { userId }: UserIdParamsDto): Promise<void> {
    return this.mutes.mute(user.userId, userId);
  }

  @Delete('mutes/:userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Unmute them' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION')
  unmute(@CurrentUser() user: AuthUser, @Param() { userId }: UserIdParamsDto): Promise<void> {
    return this.mutes.unmute(user.userId, userId);
  }
}
