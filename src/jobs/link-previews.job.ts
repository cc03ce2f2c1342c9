import { Injectable, type OnModuleInit } from '@nestjs/common';

import { LinkPreviews } from '../messages/previews/link-previews.service.js';
import { JobRunner, type Job } from './job-runner.js';

const EVERY_MS = 600_000;

/** Clears away what is cached of pages beyond its time. */
@Injectable()
export class LinkPreviewsJob implements Job, OnModuleInit {
  readonly name = 'link-previews';
  readonly everyMs = EVERY_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly previews: LinkPreviews,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.previews.sweep();
  }
}
