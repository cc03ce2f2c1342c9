import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { JobLease } from './job-lease.schema.js';

@Injectable()
export class JobLeasesRepository {
  constructor(@InjectModel(JobLease.name) private readonly leases: Model<JobLease>) {}

  /** Takes or renews the lease in one step; `false` while another node holds it. */
  async claim(
    job: string,
    { holder, now, until }: { holder: string; now: Date; until: Date },
  ): Promise<boolean> {
    try {
      await this.leases.updateOne(
        { _id: job, $or: [{ until: { $lte: now } }, { holder }] },
        { $set: { holder, until } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      // Held by another: the filter did not match, and the insert met the row in its place.
      if (duplicateKeyOf(error)) return false;
      throw error;
    }
  }

  /** A node that stops lets the others go on at once. */
  async release(job: string, holder: string): Promise<void> {
    await this.leases.deleteOne({ _id: job, holder });
  }
}
