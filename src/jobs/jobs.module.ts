import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { MediaModule } from '../media/media.module.js';
import { StatusModule } from '../status/status.module.js';
import { JobLease, JobLeaseSchema } from './job-lease.schema.js';
import { JobLeasesRepository } from './job-leases.repository.js';
import { JobRunner } from './job-runner.js';
import { MediaSweepJob } from './media-sweep.job.js';
import { StatusSweepJob } from './status-sweep.job.js';

@Module({
  imports: [
    StatusModule,
    MediaModule,
    MongooseModule.forFeature([{ name: JobLease.name, schema: JobLeaseSchema }]),
  ],
  providers: [JobRunner, JobLeasesRepository, StatusSweepJob, MediaSweepJob],
})
export class JobsModule {}
