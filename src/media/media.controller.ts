import { Controller, Get, Headers, HttpStatus, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idempotencyKey } from '../common/http/idempotency-key.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { IdParamsDto } from '../common/validation/params.dto.js';
import { MediaDownloads } from './download/media-downloads.service.js';
import { MediaView, toMediaView } from './media.view.js';
import { Uploads } from './upload/uploads.service.js';

const BINARY = { type: 'string', format: 'binary' } as const;
const BYTES = { content: { '*/*': { schema: BINARY } } };
const RANGE = { name: 'Range', required: false, description: 'Such as `bytes=0-1023`: one range' };

@ApiTags('media')
@ApiBearerAuth()
@Controller('media')
export class MediaController {
  constructor(
    private readonly uploads: Uploads,
    private readonly downloads: MediaDownloads,
  ) {}

  @Post()
  @RateLimit('media.upload')
  @ApiOperation({
    summary: 'Upload a file',
    description:
      'One per request, in the field `file`. What it is follows from its content, not from its name. Images are written anew, upright and without the place where they were taken. Attach it within a day, or it is removed. Too large, or beyond what you may have stored: `PAYLOAD_TOO_LARGE`.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: BINARY,
        kind: { enum: ['voice'], description: 'The file is audio, recorded as a voice note' },
      },
    },
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A retry with the same key and file stores nothing twice (24 h)',
  })
  @ApiCreatedResponse({ type: MediaView })
  @ApiOkResponse({ type: MediaView, description: 'It was stored already' })
  @ApiErrors('VALIDATION', 'CONFLICT', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'UNAVAILABLE')
  async upload(
    @CurrentUser() { userId }: AuthUser,
    @Headers('idempotency-key') key: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MediaView> {
    const { media, isNew } = await this.uploads.upload(userId, request, idempotencyKey(key));
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return toMediaView(media);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Download a file',
    description:
      'For who uploaded it, and whoever sees a message or a status that it is part of, or somebody or a group whose picture it is; `NOT_FOUND` for everybody else. With `ETag` and ranges (206, 416). What a browser could run is only ever offered to be saved.',
  })
  @ApiHeader(RANGE)
  @ApiOkResponse({ description: 'The file', ...BYTES })
  @ApiResponse({ status: HttpStatus.PARTIAL_CONTENT, description: 'The range asked for', ...BYTES })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  async download(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.downloads.file(userId, id, request, response);
  }

  @Get(':id/thumbnail')
  @ApiOperation({
    summary: 'A small picture of it',
    description:
      'Of images, and of videos where the server has ffmpeg: WebP, at most 320 pixels wide and high.',
  })
  @ApiHeader(RANGE)
  @ApiOkResponse({ description: 'The picture', content: { 'image/webp': { schema: BINARY } } })
  @ApiErrors('VALIDATION', 'NOT_FOUND')
  async thumbnail(
    @CurrentUser() { userId }: AuthUser,
    @Param() { id }: IdParamsDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.downloads.thumbnail(userId, id, request, response);
  }
}
