import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { NotFoundError } from '../common/errors/app-error.js';
import { StatusAudience } from './status-audience.service.js';
import type { StatusRecord } from './status.record.js';
import { StatusesRepository } from './statuses.repository.js';

/** Who may reach a status: the one place. Unseen, deleted, expired and unknown ones look alike. */
@Injectable()
export class StatusAccess {
  constructor(
    private readonly statuses: StatusesRepository,
    private readonly audience: StatusAudience,
    private readonly clock: Clock,
  ) {}

  /** A live status that the user may see, their own included. */
  async getVisible(userId: string, statusId: string): Promise<StatusRecord> {
    const status = await this.statuses.findLive(statusId, userId, this.clock.now());
    if (!status) throw new NotFoundError('Status');
    if (status.userId !== userId && !(await this.audience.admits(userId, status)))
      throw new NotFoundError('Status');
    return status;
  }

  async assertOwn(userId: string, statusId: string): Promise<void> {
    const status = await this.statuses.findLive(statusId, userId, this.clock.now());
    if (status?.userId !== userId) throw new NotFoundError('Status');
  }
}
