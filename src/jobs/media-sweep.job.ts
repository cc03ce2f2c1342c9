import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MediaCollector } from '../media/media-collector.service.js';
import { JobRunner, type Job } from './job-runner.js';

export const MEDIA_SWEEP_MS = 60_000;

/** Removes files that nothing holds any more, and what broken uploads have left. */
@Injectable()
export class MediaSweepJob implements Job, OnModuleInit {
  readonly name = 'media-sweep';
  readonly everyMs = MEDIA_SWEEP_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly collector: MediaCollector,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.collector.sweep();
  }
}
