import { Controller, Get } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Connection } from 'mongoose';

import { UnavailableError } from '../common/errors/app-error.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { Public } from '../common/http/public.decorator.js';
import { SkipRateLimit } from '../common/rate-limit/rate-limit.guard.js';

const PING_TIMEOUT_MS = 2000;

/** For load balancers and orchestrators. */
@ApiTags('ops')
@Public()
@SkipRateLimit()
@Controller('health')
export class HealthController {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The process can serve: its database answers' })
  @ApiOkResponse({ schema: { example: { status: 'ok', database: 'up' } } })
  @ApiErrors('UNAVAILABLE')
  async ready(): Promise<{ status: 'ok'; database: 'up' }> {
    try {
      await this.connection.db?.command({ ping: 1 }, { timeoutMS: PING_TIMEOUT_MS });
    } catch {
      throw new UnavailableError('The database does not answer');
    }
    return { status: 'ok', database: 'up' };
  }
}
