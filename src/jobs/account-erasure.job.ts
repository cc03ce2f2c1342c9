import { Injectable, type OnModuleInit } from '@nestjs/common';

import { AccountErasure } from '../accounts/account-erasure.service.js';
import { JobRunner, type Job } from './job-runner.js';

export const ACCOUNT_ERASURE_MS = 15_000;

/** Finishes what is left of accounts that were deleted. */
@Injectable()
export class AccountErasureJob implements Job, OnModuleInit {
  readonly name = 'account-erasure';
  readonly everyMs = ACCOUNT_ERASURE_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly erasure: AccountErasure,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.erasure.passDue();
  }
}
