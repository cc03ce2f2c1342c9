import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AccountsModule } from '../accounts/accounts.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { SearchModule } from '../search/search.module.js';
import { StatusModule } from '../status/status.module.js';
import { AccountErasureJob } from './account-erasure.job.js';
import { CallSweepJob } from './call-sweep.job.js';
import { JobLease, JobLeaseSchema } from './job-lease.schema.js';
import { JobLeasesRepository } from './job-leases.repository.js';
import { JobRunner } from './job-runner.js';
import { SearchIndexJob } from './search-index.job.js';
import { StatusSweepJob } from './status-sweep.job.js';

@Module({
  imports: [
    StatusModule,
    CallsModule,
    SearchModule,
    AccountsModule,
    MongooseModule.forFeature([{ name: JobLease.name, schema: JobLeaseSchema }]),
  ],
  providers: [
    JobRunner,
    JobLeasesRepository,
    StatusSweepJob,
    CallSweepJob,
    SearchIndexJob,
    AccountErasureJob,
  ],
})
export class JobsModule {}
