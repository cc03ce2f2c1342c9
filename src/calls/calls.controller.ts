import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { CallHistory } from './call-history.js';
import { CallPageView, CallView } from './call.view.js';
import { ListCallsDto } from './dto/list-calls.dto.js';
import { IceServers } from './ice-servers.js';
import { IceServersView } from './ice-servers.view.js';

@ApiTags('calls')
@ApiBearerAuth()
@Controller('calls')
export class CallsController {
  constructor(
    private readonly history: CallHistory,
    private readonly ice: IceServers,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'My calls, newest first',
    description: 'Those that I made, and those that reached me. Calls themselves are made by socket events.',
  })
  @ApiOkResponse({ type: CallPageView })
  @ApiErrors('VALIDATION')
  list(@CurrentUser() { userId }: AuthUser, @Query() query: ListCallsDto): Promise<CallPageView> {
    return this.history.list(userId, query);
  }

  @Get('ice-servers')
  @ApiOperation({
    summary: 'STUN and TURN servers for a connection',
    description:
      'TURN credentials are made for this user and end after `ttlSeconds`. The acks of `call_user`, `call_accepted` and `call_resume` bring them too.',
  })
  @ApiOkResponse({ type: IceServersView })
  iceServers(@CurrentUser() { userId }: AuthUser): IceServersView {
    return this.ice.for(userId);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'A call',
    description: 'For those who are or were in it, and for the members of its group.',
  })
  @ApiOkResponse({ type: CallView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  get(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<CallView> {
    return this.history.get(userId, id);
  }
}
