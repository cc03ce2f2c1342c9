import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { SearchMessagesDto } from './dto/search-messages.dto.js';
import { SearchService } from './search.service.js';
import { SearchPageView } from './search.view.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('messages')
export class SearchController {
  constructor(private readonly messages: SearchService) {}

  @Get('search')
  @RateLimit('search')
  @ApiOperation({
    summary: 'Search my messages',
    description:
      'In all chats on my list and in those whose past I keep, within what I may see. Finds what was sent up to this moment. Ordered by how well the words match and then newest first, within some hundred of the newest messages at a time: follow `nextCursor` for older ones. A page may be short, or empty, and still have a next one.',
  })
  @ApiOkResponse({ type: SearchPageView })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  search(@CurrentUser() user: AuthUser, @Query() query: SearchMessagesDto): Promise<SearchPageView> {
    return this.messages.search(user.userId, query);
  }
}
