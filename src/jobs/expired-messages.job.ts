import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MessageExpiry } from '../messages/message-expiry.service.js';
import { JobRunner, type Job } from './job-runner.js';

export const EXPIRED_MESSAGES_MS = 15_000;

/** Takes what disappeared messages said out of the database; for readers it is gone at its very moment. */
@Injectable()
export class ExpiredMessagesJob implements Job, OnModuleInit {
  readonly name = 'expired-messages';
  readonly everyMs = EXPIRED_MESSAGES_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly expiry: MessageExpiry,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.expiry.sweep();
  }
}
