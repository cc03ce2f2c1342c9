import {
  Body,
  Controller,
  Delete,
  Get,
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
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { IdAndUserIdParamsDto, IdParamsDto } from '../common/validation/params.dto.js';
import { AddedToChatView, ChatMemberPageView, ChatView, toNotAdded } from './chat.view.js';
import { ChatsService } from './chats.service.js';
import { AddMembersDto } from './dto/add-members.dto.js';
import { ChangeRoleDto } from './dto/change-role.dto.js';
import { MembersService } from './members.service.js';

@ApiTags('chats')
@ApiBearerAuth()
@Controller('chats/:id/members')
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly chats: ChatsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Members of a chat' })
  @ApiOkResponse({ type: ChatMemberPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  list(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<ChatMemberPageView> {
    return this.members.list(user.userId, id, query);
  }

  @Post()
  @ApiOperation({
    summary: 'Add people to a group',
    description:
      'Those who are in already stay as they are. Those whose `groups` setting does not admit you are left out and named in `notAdded`: they can be sent an invite. Where nobody can be added for that reason it is `FORBIDDEN`, with `details.notAdded`.',
  })
  @ApiCreatedResponse({ type: AddedToChatView })
  @ApiOkResponse({ type: AddedToChatView, description: 'All of them were in already' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT')
  async add(
    @CurrentUser() user: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() { userIds }: AddMembersDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AddedToChatView> {
    const { added, notAdded } = await this.members.add(user.userId, id, userIds);
    response.status(added.length > 0 ? HttpStatus.CREATED : HttpStatus.OK);
    const chat = await this.chats.get(user.userId, id);
    return Object.assign(chat, { added, notAdded: toNotAdded(notAdded) });
  }

  @Patch(':userId')
  @ApiOperation({ summary: 'Change the role of a member (the owner only)' })
  @ApiOkResponse({ type: ChatView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT')
  async changeRole(
    @CurrentUser() user: AuthUser,
    @Param() { id, userId }: IdAndUserIdParamsDto,
    @Body() { role }: ChangeRoleDto,
  ): Promise<ChatView> {
    await this.members.changeRole(user.userId, id, userId, role);
    return this.chats.get(user.userId, id);
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Remove a member (admins), or leave oneself',
    description: 'Whoever is gone hears nothing from then on and keeps the past up to there, read-only.',
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  remove(@CurrentUser() user: AuthUser, @Param() { id, userId }: IdAndUserIdParamsDto): Promise<void> {
    return this.members.remove(user.userId, id, userId);
  }
}
