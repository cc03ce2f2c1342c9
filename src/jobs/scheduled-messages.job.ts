import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ScheduledExpiry } from '../messages/scheduled/scheduled-expiry.service.js';
import { ScheduledSender } from '../messages/scheduled/scheduled-sender.service.js';
import { JobRunner, type Job } from './job-runner.js';

/** How late a message can be whose node is gone. */
export const SCHEDULED_SWEEP_MS = 15_000;

/** Sends what no timer of a node has sent, and clears away what is over. */
@Injectable()
export class ScheduledMessagesJob implements Job, OnModuleInit {
  readonly name = 'scheduled-messages';
  readonly everyMs = SCHEDULED_SWEEP_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly sender: ScheduledSender,
    private readonly expiry: ScheduledExpiry,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  async run(): Promise<void> {
    await this.sender.sendDue();
    await this.expiry.sweep();
  }
}
