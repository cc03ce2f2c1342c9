import { Body, Controller, Put, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ValidationError } from '../common/errors/app-error.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { isUpload } from '../common/http/require-json.middleware.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { Avatars } from './avatars.service.js';
import { SetAvatarDto } from './dto/set-avatar.dto.js';
import { OwnUserView, toOwnUserView } from './user.view.js';

@ApiTags('users')
@ApiBearerAuth()
@Controller('users/me/avatar')
export class AvatarController {
  constructor(private readonly avatars: Avatars) {}

  @Put()
  @RateLimit('media.upload')
  @ApiOperation({
    summary: 'Set or remove my picture',
    description:
      'Either a form with the image in the field `file`, or JSON with the `mediaId` of one uploaded before (`null`: no picture). It is cut square. Who may see it is what `avatar` of my privacy settings says; its address changes with each picture.',
  })
  @ApiConsumes('application/json', 'multipart/form-data')
  @ApiOkResponse({ type: OwnUserView })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'UNAVAILABLE')
  async set(
    @CurrentUser() { userId }: AuthUser,
    @Body() { mediaId }: SetAvatarDto,
    @Req() request: Request,
  ): Promise<OwnUserView> {
    if (isUpload(request)) return toOwnUserView(await this.avatars.upload(userId, request));
    if (mediaId === undefined) {
      throw ValidationError.of('mediaId', 'required', 'Send a mediaId, or the image itself as a form');
    }
    return toOwnUserView(await this.avatars.choose(userId, mediaId));
  }
}
