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
  Put,
  Query,
} from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { PageQueryDto } from '../common/pagination/cursor.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { DeletionsService } from './deletions.service.js';
import { DeleteMessageQueryDto, ReactToMessageDto, VoteDto } from './dto/change-message.dto.js';
import { EditMessageDto } from './dto/edit-message.dto.js';
import { EarlierTextPageView } from './earlier-text.view.js';
import { EditsService } from './edits.service.js';
import { MessageInfo } from './message-info.service.js';
import { MessageInfoPageView } from './message-info.view.js';
import { MessageView } from './message.view.js';
import { PinsService } from './pins.service.js';
import { ReactionsService } from './reactions.service.js';
import { StarsService } from './stars.service.js';
import { VotesService } from './votes.service.js';

/** What becomes of a message after it was sent. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('messages/:id')
export class MessageController {
  constructor(
    private readonly edits: EditsService,
    private readonly deletions: DeletionsService,
    private readonly reactions: ReactionsService,
    private readonly pins: PinsService,
    private readonly votes: VotesService,
    private readonly stars: StarsService,
    private readonly info: MessageInfo,
  ) {}

  @Patch()
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'Edit a text of mine, or what is written below files of mine',
    description:
      'The same as the socket event `edit_message`: who may see the message gets `message_edited`. `FORBIDDEN` once it is older than the setting `EDIT_WINDOW_MINUTES`, `GONE` when it was deleted. The same text again changes nothing.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE', 'UNAVAILABLE')
  edit(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() { text }: EditMessageDto,
  ): Promise<MessageView> {
    return this.edits.edit(userId, id, text);
  }

  @Get('edits')
  @ApiOperation({
    summary: 'The texts that a message had before',
    description: 'For whoever may see the message. None of a message that was deleted.',
  })
  @ApiOkResponse({ type: EarlierTextPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  earlier(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<EarlierTextPageView> {
    return this.edits.earlier(userId, id, query);
  }

  @Delete()
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'Delete a message',
    description:
      'The same as the socket event `delete_message`. `for=everyone`: what it said, its reactions and its earlier texts are gone, its place stays. Its sender may for `DELETE_WINDOW_HOURS`, an admin of a group always. `for=me`: it is gone from all that I see, and I alone am told. Twice is no error.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'UNAVAILABLE')
  remove(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: DeleteMessageQueryDto,
  ): Promise<MessageView> {
    return this.deletions.remove(userId, id, query.for);
  }

  @Put('reaction')
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'React to a message',
    description:
      'The same as the socket event `react_message`: one emoji each, a new one takes the place of the old. The same again changes nothing.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE', 'UNAVAILABLE')
  react(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() { emoji }: ReactToMessageDto,
  ): Promise<MessageView> {
    return this.reactions.react(userId, id, emoji);
  }

  @Delete('reaction')
  @RateLimit('change_message')
  @ApiOperation({ summary: 'Take my reaction back' })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE', 'UNAVAILABLE')
  unreact(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<MessageView> {
    return this.reactions.react(userId, id, null);
  }

  @Put('pin')
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'Pin a message for the whole chat',
    description:
      'The same as the socket event `pin_message`. A chat has at most three pinned messages: a fourth is `CONFLICT`. A system message says who pinned.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'GONE', 'UNAVAILABLE')
  pin(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<MessageView> {
    return this.pins.setPinned(userId, id, true);
  }

  @Delete('pin')
  @RateLimit('change_message')
  @ApiOperation({ summary: 'Unpin it' })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE', 'UNAVAILABLE')
  unpin(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<MessageView> {
    return this.pins.setPinned(userId, id, false);
  }

  @Put('star')
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'Star a message',
    description:
      'For myself alone: I find it by GET /api/messages/starred, and my other devices by their sync.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'GONE')
  star(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<MessageView> {
    return this.stars.star(userId, id);
  }

  @Delete('star')
  @RateLimit('change_message')
  @ApiOperation({ summary: 'Take the star away' })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  unstar(@CurrentUser() { userId }: AuthUser, @Param() { id }: IdParamsDto): Promise<MessageView> {
    return this.stars.unstar(userId, id);
  }

  @Post('votes')
  @HttpCode(HttpStatus.OK)
  @RateLimit('change_message')
  @ApiOperation({
    summary: 'Vote in a poll',
    description:
      'The same as the socket event `vote_poll`: takes the place of my vote before; no options take it back. Everybody sees who voted for what.',
  })
  @ApiOkResponse({ type: MessageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN', 'GONE', 'UNAVAILABLE')
  vote(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Body() { optionIds }: VoteDto,
  ): Promise<MessageView> {
    return this.votes.vote(userId, id, optionIds);
  }

  @Get('info')
  @ApiOperation({
    summary: 'Who has got and read my message, and when',
    description:
      'For its sender alone: the present members who were there for it, in pages by user id. In a direct chat `readAt` is there only while both of us have read receipts on.',
  })
  @ApiOkResponse({ type: MessageInfoPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'FORBIDDEN')
  whoHas(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Query() query: PageQueryDto,
  ): Promise<MessageInfoPageView> {
    return this.info.page(userId, id, query);
  }
}
