import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { toObjectId } from '../database/object-id.js';
import { StatusQuota } from './status-quota.schema.js';

interface Quota {
  limit: number;
  windowMs: number;
}

/** Counts posts in a sliding window, in one atomic step: parallel posts on many nodes can't pass the limit. */
@Injectable()
export class StatusQuotasRepository {
  constructor(@InjectModel(StatusQuota.name) private readonly quotas: Model<StatusQuota>) {}

  /** `null`: taken. Otherwise when the next place is free. */
  async take(userId: string, now: Date, { limit, windowMs }: Quota): Promise<Date | null> {
    const since = new Date(now.getTime() - windowMs);
    const before = await this.quotas
      .findByIdAndUpdate(
        toObjectId(userId),
        [
          { $set: { posts: recent(since), expiresAt: new Date(now.getTime() + windowMs) } },
          {
            $set: {
              posts: {
                $cond: [
                  { $lt: [{ $size: '$posts' }, limit] },
                  { $concatArrays: ['$posts', [now]] },
                  '$posts',
                ],
              },
            },
          },
        ],
        { upsert: true, returnDocument: 'before', updatePipeline: true },
      )
      .lean<StatusQuota | null>();
    const taken = (before?.posts ?? []).filter((post) => post > since);
    const oldest = taken.at(-limit);
    return oldest && taken.length >= limit ? new Date(oldest.getTime() + windowMs) : null;
  }

  async sweep(now: Date): Promise<void> {
    await this.quotas.deleteMany({ expiresAt: { $lte: now } });
  }
}

function recent(since: Date) {
  return { $filter: { input: { $ifNull: ['$posts', []] }, cond: { $gt: ['$$this', since] } } };
}
