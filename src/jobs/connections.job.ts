import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Connections } from '../messages/trace/connections.service.js';
import { JobRunner, type Job } from './job-runner.js';

const EVERY_MS = 3_600_000;

/** Forgets when devices were connected of people who have not come for long. */
@Injectable()
export class ConnectionsJob implements Job, OnModuleInit {
  readonly name = 'connections';
  readonly everyMs = EVERY_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly connections: Connections,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.connections.sweep();
  }
}
