import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
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

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idempotencyKey } from '../common/http/idempotency-key.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { ChatPageView, ChatView } from './chat.view.js';
import { ChatList } from './chat-list.service.js';
import { ChatUpdates } from './chat-updates.service.js';
import { ChatsService } from './chats.service.js';
import { CreateChatDto } from './dto/create-chat.dto.js';
import { UpdateChatDto } from './dto/update-chat.dto.js';
import { UpdateChatMeDto } from './dto/update-chat-me.dto.js';
import { ChatPreferences } from './preferences.service.js';
import { MembersService } from './members.service.js';

@ApiTags('chats')
@ApiBearerAuth()
@Controller('chats')
export class ChatsController {
  constructor(
    private readonly chats: ChatsService,
    private readonly chatList: ChatList,
    private readonly updates: ChatUpdates,
    private readonly preferences: ChatPreferences,
    private readonly members: MembersService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'My chats, latest activity first, with last message and unread count',
    description: 'Pinned chats stand in front, in the same order among themselves. Archived ones are in it.',
  })
  @ApiOkResponse({ type: ChatPageView })
  @ApiErrors('VALIDATION')
  list(@CurrentUser() user: AuthUser, @Query() query: PageQueryDto): Promise<ChatPageView> {
    return this.chatList.page(user.userId, query);
  }

  @Post()
  @RateLimit('chats.create')
  @ApiOperation({
    summary: 'Open a direct chat or create a group',
    description:
      'There is one direct chat per pair: if it exists already, it is answered with 200. Somebody whose `messages` setting does not admit you learns of the chat with its first message only. A group with people whose `groups` setting does not admit you is `FORBIDDEN`.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Groups: a retry with the same key creates nothing twice (24 h)',
  })
  @ApiCreatedResponse({ type: ChatView })
  @ApiOkResponse({ type: ChatView, description: 'It was there already' })
  @ApiErrors('VALIDATION', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'PAYLOAD_TOO_LARGE')
  async create(
    @CurrentUser() user: AuthUser,
    @Body() dto: CreateChatDto,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChatView> {
    const { chat, isNew } = await this.chats.create(user.userId, dto, idempotencyKey(key));
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return chat;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One chat' })
  @ApiOkResponse({ type: ChatView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  get(@CurrentUser() user: AuthUser, @Param() { id }: IdParamsDto): Promise<ChatView> {
    return this.chats.get(user.userId, id);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change title, description, picture or settings',
    description:
      'What is left out stays as it is. The picture is cut square of an image of my own; `null` takes it away. Title, description and picture are for those whom `settings.editInfo` names, settings for admins. In a direct chat there is `settings.disappearingSeconds`, for either of the two. All members get `chat_updated`, and a group a system message.',
  })
  @ApiOkResponse({ type: ChatView })
  @ApiErrors(
    'VALIDATION',
    'FORBIDDEN',
    'NOT_FOUND',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'UNAVAILABLE',
  )
  async update(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() dto: UpdateChatDto,
  ): Promise<ChatView> {
    await this.updates.update(user.userId, id, dto);
    return this.chats.get(user.userId, id);
  }

  @Patch(':id/me')
  @ApiOperation({
    summary: 'Mute, archive or pin a chat for myself',
    description: "One's own devices get `chat_preferences`; others learn of it by the `me` of a sync.",
  })
  @ApiOkResponse({ type: ChatView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  async updateMe(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() dto: UpdateChatMeDto,
  ): Promise<ChatView> {
    await this.preferences.update(user.userId, id, dto);
    return this.chats.get(user.userId, id);
  }

  @Post(':id/clear')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Empty a chat for myself',
    description: 'All messages up to now are gone for me alone. The chat stays on the list.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  clear(@CurrentUser() user: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.preferences.clear(user.userId, id);
  }

  @Post(':id/unread')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Mark a chat as unread',
    description: '`me.markedUnread` until I read in it (`message_read`), on any device.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'FORBIDDEN', 'NOT_FOUND')
  markUnread(@CurrentUser() user: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.preferences.markUnread(user.userId, id);
  }

  @Delete(':id/me')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Leave a group, or take a chat off my list',
    description:
      'In a group one leaves; its past stays readable. A direct chat, or a group left before, goes off the list with its past; a direct chat is back with its next message.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  leave(@CurrentUser() user: AuthUser, @Param() { id }: IdParamsDto): Promise<void> {
    return this.members.leaveOrHide(user.userId, id);
  }
}
