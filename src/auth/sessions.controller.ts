import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { SessionPageView, toSessionView } from './session.view.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({
    summary: 'My sessions',
    description: 'One per device that is logged in, the latest login first.',
  })
  @ApiOkResponse({ type: SessionPageView })
  @ApiErrors('VALIDATION')
  async list(@CurrentUser() user: AuthUser, @Query() page: PageQueryDto): Promise<SessionPageView> {
    const { items, nextCursor } = await this.sessions.list(user.userId, page);
    return { items: items.map((session) => toSessionView(session, user.sessionId)), nextCursor };
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Log out all my other devices' })
  @ApiNoContentResponse()
  async endOthers(@CurrentUser() user: AuthUser): Promise<void> {
    await this.sessions.endOthers(user);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Log out one of my devices', description: 'Its tokens and sockets end at once.' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  async end(@CurrentUser() user: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    await this.sessions.end(user.userId, id);
  }
}
