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
  Req,
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
import type { Request, Response } from 'express';

import type { AuthUser } from '../../common/auth-user.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CurrentUser } from '../../common/http/current-user.decorator.js';
import { idempotencyKey } from '../../common/http/idempotency-key.js';
import { IdParamsDto } from '../../common/validation/params.dto.js';
import { CreateInviteDto } from '../dto/invite.dto.js';
import { InvitePageView, InviteView, toInviteView } from './invite.view.js';
import { InvitesService } from './invites.service.js';

@ApiTags('chats')
@ApiBearerAuth()
@Controller('chats/:id/invite')
export class InvitesController {
  constructor(private readonly invites: InvitesService) {}

  @Get()
  @ApiOperation({ summary: 'The invites of a group that work (admins)' })
  @ApiOkResponse({ type: InvitePageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  async list(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Req() request: Request,
  ): Promise<InvitePageView> {
    const invites = await this.invites.list(user.userId, id);
    return { items: invites.map((invite) => toInviteView(invite, originOf(request))), nextCursor: null };
  }

  @Post()
  @ApiOperation({
    summary: 'Invite people to a group by a link (admins)',
    description:
      'Each call makes a new one; those made before go on working, 20 at most at a time. Whoever has the token may join, whatever their `groups` setting: it is their own act.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A retry with the same key makes nothing twice (24 h)',
  })
  @ApiCreatedResponse({ type: InviteView })
  @ApiOkResponse({ type: InviteView, description: 'Made before with this key' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT')
  async create(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() dto: CreateInviteDto,
    @Headers('idempotency-key') key: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<InviteView> {
    const { invite, isNew } = await this.invites.create(user.userId, id, dto, idempotencyKey(key));
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return toInviteView(invite, originOf(request));
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Revoke all invites of a group (admins)',
    description: 'They are `GONE` from then on. Who has come by one stays.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  revoke(@CurrentUser() user: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.invites.revoke(user.userId, id);
  }
}

/** Where the client reached this server. */
function originOf({ protocol, host }: Request): string {
  return `${protocol}://${host}`;
}
