import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idPage, PageQueryDto } from '../common/pagination/cursor.js';
import { UserIdParamsDto } from '../common/validation/params.dto.js';
import { ContactsService, MAX_CONTACTS } from './contacts.service.js';
import { UserPageView } from './user.view.js';
import { UserViews } from './user-views.service.js';

@ApiTags('contacts')
@ApiBearerAuth()
@Controller('contacts')
export class ContactsController {
  constructor(
    private readonly contacts: ContactsService,
    private readonly views: UserViews,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The people I have saved', description: 'By id; nobody else sees this list.' })
  @ApiOkResponse({ type: UserPageView })
  @ApiErrors('VALIDATION')
  async list(@CurrentUser() { userId }: AuthUser, @Query() query: PageQueryDto): Promise<UserPageView> {
    const { items, nextCursor } = await idPage(query, (page) => this.contacts.findPage(userId, page));
    return { items: await this.views.byIds(userId, items), nextCursor };
  }

  @Put(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Save somebody as a contact',
    description: `Privacy levels of mine that say "contacts" admit them from now on; they are not told. At most ${MAX_CONTACTS}. Saving somebody twice changes nothing.`,
  })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'CONFLICT')
  save(@CurrentUser() user: AuthUser, @Param() params: UserIdParamsDto): Promise<void> {
    return this.contacts.save(user.userId, params.userId);
  }

  @Delete(':userId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Remove a contact', description: 'Also 204 when they were not on the list.' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION')
  remove(@CurrentUser() user: AuthUser, @Param() params: UserIdParamsDto): Promise<void> {
    return this.contacts.remove(user.userId, params.userId);
  }
}
