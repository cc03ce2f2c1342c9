import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { OwnUserView, toOwnUserView } from './user.view.js';
import { UsersService } from './users.service.js';

/** The name under which tutorial clients ask for their profile. */
@ApiTags('users')
@ApiBearerAuth()
@Controller('user')
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Get('profile')
  @ApiOperation({ summary: 'My profile', description: 'The same as `GET /api/users/me`.' })
  @ApiOkResponse({ type: OwnUserView })
  async profile(@CurrentUser() user: AuthUser): Promise<OwnUserView> {
    return toOwnUserView(await this.users.getById(user.userId));
  }
}
