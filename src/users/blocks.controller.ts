import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idPage, PageQueryDto } from '../common/pagination/cursor.js';
import { UserIdParamsDto } from '../common/validation/params.dto.js';
import { BlocksService, MAX_BLOCKS } from './blocks.service.js';
import { UserPageView } from './user.view.js';
import { UserViews } from './user-views.service.js';

@ApiTags('blocks')
@ApiBearerAuth()
@Controller('blocks')
export class BlocksController {
  constructor(
    private readonly blocks: BlocksService,
    private readonly views: UserViews,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The people I have blocked', description: 'By id; nobody else sees this list.' })
  @ApiOkResponse({ type: UserPageView })
  @ApiErrors('VALIDATION')
  async list(@CurrentUser() { userId }: AuthUser, @Query() query: PageQueryDto): Promise<UserPageView> {
    const { items, nextCursor } = await idPage(query, (page) => this.blocks.findPage(userId, page));
    return { items: await this.views.byIds(userId, items), nextCursor };
  }

  @Put(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Block somebody',
    description: `From then on they can't message or call me, see my presence, avatar, about or statuses, or add me to groups; to them it looks as if my privacy settings said "nobody". Neither can I write to them or call them until I unblock them. Group chats that both are in go on. At most ${MAX_BLOCKS}. Blocking somebody twice changes nothing.`,
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'CONFLICT')
  block(@CurrentUser() user: AuthUser, @Param() params: UserIdParamsDto): Promise<void> {
    return this.blocks.block(user.userId, params.userId);
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Unblock somebody', description: 'Also 204 when they were not blocked.' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION')
  unblock(@CurrentUser() user: AuthUser, @Param() params: UserIdParamsDto): Promise<void> {
    return this.blocks.unblock(user.userId, params.userId);
  }
}
