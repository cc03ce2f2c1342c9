import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AccountsModule } from '../accounts/accounts.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PreviewsModule } from '../messages/previews/previews.module.js';
import { MediaModule } from '../media/media.module.js';
import { TraceModule } from '../messages/trace/trace.module.js';
import { SearchModule } from '../search/search.module.js';
import { StatusModule } from '../status/status.module.js';
import { AccountErasureJob } from './account-erasure.job.js';
import { CallSweepJob } from './call-sweep.job.js';
import { ConnectionsJob } from './connections.job.js';
import { ExpiredMessagesJob } from './expired-messages.job.js';
import { JobLease, JobLeaseSchema } from './job-lease.schema.js';
import { JobLeasesRepository } from './job-leases.repository.js';
import { JobRunner } from './job-runner.js';
import { LinkPreviewsJob } from './link-previews.job.js';
import { ScheduledMessagesJob } from './scheduled-messages.job.js';
import { MediaSweepJob } from './media-sweep.job.js';
import { SearchIndexJob } from './search-index.job.js';
import { StatusSweepJob } from './status-sweep.job.js';

@Module({
  imports: [
    StatusModule,
    CallsModule,
    MediaModule,
    MessagesModule,
    PreviewsModule,
    TraceModule,
    SearchModule,
    AccountsModule,
    MongooseModule.forFeature([{ name: JobLease.name, schema: JobLeaseSchema }]),
  ],
  providers: [
    JobRunner,
    JobLeasesRepository,
    StatusSweepJob,
    CallSweepJob,
    MediaSweepJob,
    ScheduledMessagesJob,
    ExpiredMessagesJob,
    LinkPreviewsJob,
    ConnectionsJob,
    SearchIndexJob,
    AccountErasureJob,
  ],
})
export class JobsModule {}
