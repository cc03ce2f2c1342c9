import { Controller, Get, HttpStatus, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';

import type { AuthUser } from '../../common/auth-user.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CurrentUser } from '../../common/http/current-user.decorator.js';
import { RateLimit } from '../../common/rate-limit/rate-limit.guard.js';
import { MediaDownloads } from '../../media/download/media-downloads.service.js';
import { ChatView } from '../chat.view.js';
import { ChatsService } from '../chats.service.js';
import { InviteTokenParamsDto } from '../dto/invite.dto.js';
import { InvitePreviewView, JoinPendingView } from './invite.view.js';
import { type Joined, JoiningService } from './joining.service.js';

const STATUS: Record<Joined['outcome'], HttpStatus> = {
  joined: HttpStatus.CREATED,
  member: HttpStatus.OK,
  pending: HttpStatus.ACCEPTED,
};

@ApiTags('chats')
@ApiBearerAuth()
@Controller('invites/:token')
export class JoiningController {
  constructor(
    private readonly joining: JoiningService,
    private readonly chats: ChatsService,
    private readonly downloads: MediaDownloads,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What group an invite leads to' })
  @ApiOkResponse({ type: InvitePreviewView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE')
  preview(
    @CurrentUser() user: AuthUser,
    @Param() { token }: InviteTokenParamsDto,
  ): Promise<InvitePreviewView> {
    return this.joining.preview(user.userId, token);
  }

  @Get('avatar')
  @ApiOperation({
    summary: 'The picture of the group that an invite leads to',
    description:
      'For as long as the invite works, as the preview. Members find it at the `avatarUrl` of the chat.',
  })
  @ApiOkResponse({
    description: 'The picture',
    content: { 'image/webp': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE')
  async avatar(
    @CurrentUser() { userId }: AuthUser,
    @Param() { token }: InviteTokenParamsDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.downloads.granted(await this.joining.pictureId(userId, token), request, response);
  }

  @Post('join')
  @RateLimit('invites.join')
  @ApiOperation({
    summary: 'Join a group by an invite',
    description:
      'Where the group has `joinApproval` one waits for an admin (202), and gets `chat_created` when let in. `GONE` when the invite is revoked, expired or used up; `FORBIDDEN` for somebody whom an admin has removed, until an admin adds them again.',
  })
  @ApiCreatedResponse({ type: ChatView })
  @ApiOkResponse({ type: ChatView, description: 'In already' })
  @ApiAcceptedResponse({ type: JoinPendingView, description: 'Waits for an admin' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE')
  async join(
    @CurrentUser() user: AuthUser,
    @Param() { token }: InviteTokenParamsDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChatView | JoinPendingView> {
    const { chatId, outcome } = await this.joining.join(user.userId, token);
    response.status(STATUS[outcome]);
    return outcome === 'pending' ? { chatId, status: outcome } : this.chats.get(user.userId, chatId);
  }
}
