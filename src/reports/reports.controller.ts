import { Body, Controller, Headers, HttpStatus, Post, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser } from '../common/http/current-user.decorator.js';
import { idempotencyKey } from '../common/http/idempotency-key.js';
import { RateLimit } from '../common/rate-limit/rate-limit.guard.js';
import { CreateReportDto } from './dto/create-report.dto.js';
import { ReportView } from './report.view.js';
import { ReportsService } from './reports.service.js';

@ApiTags('reports')
@ApiBearerAuth()
@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Post()
  @RateLimit('reports')
  @ApiOperation({
    summary: 'Report a person, a message or a status to the operators',
    description:
      'Kept together with what was reported, as it is now. Nobody is told, and nothing else changes: blocking is a step of its own. What you can not see is `NOT_FOUND`.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A retry with the same key makes no second report (24 h)',
  })
  @ApiCreatedResponse({ type: ReportView })
  @ApiOkResponse({ type: ReportView, description: 'Made before with this Idempotency-Key' })
  @ApiErrors('VALIDATION', 'NOT_FOUND', 'CONFLICT', 'PAYLOAD_TOO_LARGE')
  async create(
    @CurrentUser() user: AuthUser,
    @Body() dto: CreateReportDto,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReportView> {
    const { report, isNew } = await this.reports.create(user.userId, dto, idempotencyKey(key));
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { id: report.id, createdAt: report.createdAt.toISOString() };
  }
}
