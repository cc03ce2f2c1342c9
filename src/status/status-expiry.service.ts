import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { StatusQuotasRepository } from './status-quotas.repository.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import { StatusesRepository } from './statuses.repository.js';

/** Rows per step: a step is short, so it never holds up what people do. */
const BATCH = 500;

/** Takes what has expired out of the database. Nobody could see it any more: reads check the time. */
@Injectable()
export class StatusExpiry {
  constructor(
    private readonly statuses: StatusesRepository,
    private readonly viewings: StatusViewingsRepository,
    private readonly quotas: StatusQuotasRepository,
    private readonly clock: Clock,
  ) {}

  /** Until there is nothing left to do. Running twice at once does no harm. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    while ((await this.statuses.sweep(now, BATCH)) === BATCH);
    while ((await this.viewings.sweep(now, BATCH)) === BATCH);
    await this.quotas.sweep(now);
  }
}
