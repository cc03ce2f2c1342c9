import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { AccountErasure } from './account-erasure.service.js';
import { AccountExports } from './account-exports.service.js';
import { DeleteAccountDto } from './dto/delete-account.dto.js';

@ApiTags('users')
@ApiBearerAuth()
@Controller('users/me')
export class AccountsController {
  constructor(
    private readonly exports: AccountExports,
    private readonly erasure: AccountErasure,
  ) {}

  @Get('export')
  @RateLimit('users.export')
  @ApiOperation({
    summary: 'A copy of all that is kept of me',
    description:
      'A zip of files with one JSON object per line (profile, privacy, contacts, blocks, sessions, connections, chats, messages that I may see, stars, receipts, scheduled messages, invites, join requests, statuses, calls, reports) and of all files that I uploaded. Streamed while it is read; a copy that breaks off is no whole zip. One at a time: a second one is `CONFLICT`.',
  })
  @ApiProduces('application/zip')
  @ApiOkResponse({ content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } })
  @ApiErrors('CONFLICT')
  export(@CurrentUser() user: AuthUser, @Res() response: Response): Promise<void> {
    return this.exports.send(user, () =>
      response.status(HttpStatus.OK).set({
        'Content-Type': 'application/zip',
        'Content-Disposition': 'attachment; filename="parley-export.zip"',
        'Cache-Control': 'no-store',
      }),
    );
  }

  @Delete()
  @RateLimit('auth.password')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Delete my account',
    description:
      'For good, and at once: all logins end, the email is free, statuses, contacts, blocks, settings, messages to be sent later and uploads that no message shows are gone, groups are left (the longest-standing admin or member inherits those owned). Messages stay with their readers, as from a deleted account. `FORBIDDEN` when the password is wrong.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'FORBIDDEN', 'UNAVAILABLE')
  delete(@CurrentUser() user: AuthUser, @Body() { password }: DeleteAccountDto): Promise<void> {
    return this.erasure.erase(user.userId, password);
  }
}
