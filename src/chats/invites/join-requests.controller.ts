import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../../common/auth-user.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CurrentUser } from '../../common/http/current-user.decorator.js';
import { PageQueryDto } from '../../common/pagination/cursor.js';
import { IdAndUserIdParamsDto, IdParamsDto } from '../../common/validation/params.dto.js';
import { DecideJoinRequestDto } from '../dto/invite.dto.js';
import { JoinRequestPageView } from './invite.view.js';
import { JoinRequests } from './join-requests.service.js';

@ApiTags('chats')
@ApiBearerAuth()
@Controller('chats/:id/join-requests')
export class JoinRequestsController {
  constructor(private readonly requests: JoinRequests) {}

  @Get()
  @ApiOperation({ summary: 'Who waits to be let in (admins)', description: 'By user id.' })
  @ApiOkResponse({ type: JoinRequestPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  list(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<JoinRequestPageView> {
    return this.requests.list(user.userId, id, query);
  }

  @Post(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Let somebody in, or turn them away (admins)',
    description: 'All admins get `join_decided`. Who is turned away is not told, and may ask again.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT')
  decide(
    @CurrentUser() user: AuthUser,
    @Param() { id, userId }: IdAndUserIdParamsDto,
    @Body() { accept }: DecideJoinRequestDto,
  ): Promise<void> {
    return this.requests.decide(user.userId, id, userId, accept);
  }
}
