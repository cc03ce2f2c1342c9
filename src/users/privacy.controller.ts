import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { UpdatePrivacyDto } from './dto/update-privacy.dto.js';
import { PrivacySettingsService } from './privacy-settings.service.js';
import { PrivacyService } from './privacy.service.js';
import { PrivacyView, toPrivacyView } from './privacy.view.js';

@ApiTags('users')
@ApiBearerAuth()
@Controller('users/me/privacy')
export class PrivacyController {
  constructor(
    private readonly privacy: PrivacyService,
    private readonly settings: PrivacySettingsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'My privacy settings', description: 'Everything is "everyone" until changed.' })
  @ApiOkResponse({ type: PrivacyView })
  async get(@CurrentUser() user: AuthUser): Promise<PrivacyView> {
    return toPrivacyView(await this.privacy.settingsOf(user.userId));
  }

  @Patch()
  @ApiOperation({
    summary: 'Change my privacy settings',
    description:
      'Each setting that is named is replaced as a whole, the others stay. At work from the answer on, for presence events as well. Read receipts in groups are always sent.',
  })
  @ApiOkResponse({ type: PrivacyView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE')
  async change(@CurrentUser() user: AuthUser, @Body() dto: UpdatePrivacyDto): Promise<PrivacyView> {
    return toPrivacyView(await this.settings.change(user.userId, dto));
  }
}
