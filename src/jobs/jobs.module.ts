import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { StatusModule } from '../status/status.module.js';
import { JobLease, JobLeaseSchema } from './job-lease.schema.js';
import { JobLeasesRepository } from './job-leases.repository.js';
import { JobRunner } from './job-runner.js';
import { StatusSweepJob } from './status-sweep.job.js';

@Module({
  imports: [StatusModule, MongooseModule.forFeature([{ name: JobLease.name, schema: JobLeaseSchema }])],
  providers: [JobRunner, JobLeasesRepository, StatusSweepJob],
})
export class JobsModule {}
