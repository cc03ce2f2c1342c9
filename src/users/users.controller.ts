import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { SearchUsersDto } from './dto/search-users.dto.js';
import { UpdateProfileDto } from './dto/update-profile.dto.js';
import { OwnUserView, toOwnUserView, UserPageView, UserView } from './user.view.js';
import { UserSearchService } from './user-search.service.js';
import { UserViews } from './user-views.service.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@ApiBearerAuth()
@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly people: UserSearchService,
    private readonly views: UserViews,
  ) {}

  @Get('me')
  @ApiOperation({ summary: 'My profile', description: 'With email and phone, which only you see.' })
  @ApiOkResponse({ type: OwnUserView })
  async me(@CurrentUser() user: AuthUser): Promise<OwnUserView> {
    return toOwnUserView(await this.users.getById(user.userId));
  }

  @Patch('me')
  @ApiOperation({
    summary: 'Change my profile',
    description: 'What is left out stays as it is; `phone: null` removes the number.',
  })
  @ApiOkResponse({ type: OwnUserView })
  @ApiErrors('VALIDATION')
  async updateMe(@CurrentUser() user: AuthUser, @Body() change: UpdateProfileDto): Promise<OwnUserView> {
    return toOwnUserView(await this.users.updateProfile(user.userId, change));
  }

  @Get()
  @ApiOperation({
    summary: 'Find people',
    description:
      'By a whole email address, a whole phone number, or how a name begins. Answers neither email nor phone.',
  })
  @ApiOkResponse({ type: UserPageView })
  @ApiErrors('VALIDATION')
  async search(@CurrentUser() user: AuthUser, @Query() query: SearchUsersDto): Promise<UserPageView> {
    const { items, nextCursor } = await this.people.search(query);
    return { items: await this.views.of(user.userId, items), nextCursor };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'The profile of a user as I may see it',
    description:
      'What their privacy settings or a block keep from me looks as if it had never been set: an empty `about`, no avatar, no `online` and `lastSeenAt`.',
  })
  @ApiOkResponse({ type: UserView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  async byId(@CurrentUser() user: AuthUser, @Param() params: IdParamsDto): Promise<UserView> {
    const [view] = await this.views.of(user.userId, [await this.users.getById(params.id)]);
    return view as UserView; // one for one
  }
}
