import { Injectable, type OnModuleInit } from '@nestjs/common';

import { StatusExpiry } from '../status/status-expiry.service.js';
import { JobRunner, type Job } from './job-runner.js';

/** Expired statuses leave the database within so long; to people they are gone at their very moment. */
export const STATUS_SWEEP_MS = 15_000;

/** Clears away what has expired; the embedded engine has no TTL monitor, and a server's lags. */
@Injectable()
export class StatusSweepJob implements Job, OnModuleInit {
  readonly name = 'status-sweep';
  readonly everyMs = STATUS_SWEEP_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly expiry: StatusExpiry,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.expiry.sweep();
  }
}
