import { Injectable } from '@nestjs/common';

import { NotFoundError } from '../common/errors/app-error.js';
import { type ReportedStatus, StatusVisibility } from '../common/ports/status-visibility.js';
import { StatusAccess } from './status-access.js';

/** What a report keeps: the content, not whom else it was posted to. */
@Injectable()
export class VisibleStatuses extends StatusVisibility {
  constructor(private readonly access: StatusAccess) {
    super();
  }

  async find(viewerId: string, statusId: string): Promise<ReportedStatus | null> {
    try {
      const { audience: _, id: __, userId, ...content } = await this.access.getVisible(viewerId, statusId);
      return { userId, content, mediaId: content.mediaId ?? null };
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }
}
