import { Injectable, type OnModuleInit } from '@nestjs/common';

import { CallDeadlines } from '../calls/call-deadlines.js';
import { JobRunner, type Job } from './job-runner.js';

/** How late a deadline is met for which no node has a timer any more. */
export const CALL_SWEEP_MS = 3000;

/** Ends what should have ended: calls whose node is gone, and traces that a crash has swallowed. */
@Injectable()
export class CallSweepJob implements Job, OnModuleInit {
  readonly name = 'call-sweep';
  readonly everyMs = CALL_SWEEP_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly deadlines: CallDeadlines,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.deadlines.sweep();
  }
}
