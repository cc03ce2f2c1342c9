import { Injectable } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { ScheduledMessagesRepository } from './scheduled-messages.repository.js';

/** Rows per step: a step is short, so it never holds up what people do. */
const BATCH = 500;

/** Takes failed messages that nobody removed, and shells of cancelled ones, out of the database. */
@Injectable()
export class ScheduledExpiry {
  constructor(
    private readonly scheduled: ScheduledMessagesRepository,
    private readonly clock: Clock,
  ) {}

  async sweep(): Promise<void> {
    const now = this.clock.now();
    while ((await this.scheduled.sweep(now, BATCH)) === BATCH);
  }
}
