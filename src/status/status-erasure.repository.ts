import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { StatusMute } from './status-mute.schema.js';
import { StatusQuota } from './status-quota.schema.js';
import { StatusViewing } from './status-viewing.schema.js';
import { Status } from './status.schema.js';

/** What is kept of somebody around statuses. */
@Injectable()
export class StatusErasureRepository {
  constructor(
    @InjectModel(Status.name) private readonly statuses: Model<Status>,
    @InjectModel(StatusViewing.name) private readonly viewings: Model<StatusViewing>,
    @InjectModel(StatusMute.name) private readonly mutes: Model<StatusMute>,
    @InjectModel(StatusQuota.name) private readonly quotas: Model<StatusQuota>,
  ) {}

  /** Posted statuses and the shells of deleted ones, looks at those of others, mutes on both sides, and the count of the day. */
  async removeAllOf(userId: string): Promise<void> {
    const id = toObjectId(userId);
    await Promise.all([
      this.statuses.deleteMany({ userId: id }),
      this.viewings.deleteMany({ viewerId: id }),
      this.mutes.deleteMany({ ownerId: id }),
      this.mutes.deleteMany({ userId: id }),
      this.quotas.deleteOne({ _id: id }),
    ]);
  }
}
