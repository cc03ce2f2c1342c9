import { Injectable, type OnModuleInit } from '@nestjs/common';

import { SearchBacklog } from '../search/search-backlog.service.js';
import { JobRunner, type Job } from './job-runner.js';

export const SEARCH_INDEX_MS = 10_000;

/** Finishes what a crash left out of the search index; a search itself catches up the chats that it is about. */
@Injectable()
export class SearchIndexJob implements Job, OnModuleInit {
  readonly name = 'search-index';
  readonly everyMs = SEARCH_INDEX_MS;

  constructor(
    private readonly runner: JobRunner,
    private readonly backlog: SearchBacklog,
  ) {}

  onModuleInit(): void {
    this.runner.add(this);
  }

  run(): Promise<void> {
    return this.backlog.turn();
  }
}
