import { Injectable, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { NotFoundError } from '../common/errors/app-error.js';
import { MAX_PAGE } from '../common/pagination/cursor.js';
import { itemsOf, ndjson } from '../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../common/personal-data/personal-data.js';
import { StatusErasureRepository } from './status-erasure.repository.js';
import { StatusLists } from './status-lists.service.js';
import { MAX_MUTES, StatusMutes } from './status-mutes.service.js';
import { StatusViewingsRepository } from './status-viewings.repository.js';
import { StatusesService } from './statuses.service.js';

/** Statuses, what was seen of those of others, and who is muted: to take along and to remove. */
@Injectable()
export class StatusData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'status';

  constructor(
    private readonly data: PersonalData,
    private readonly statuses: StatusesService,
    private readonly lists: StatusLists,
    private readonly mutes: StatusMutes,
    private readonly viewings: StatusViewingsRepository,
    private readonly rest: StatusErasureRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    yield ndjson('statuses.ndjson', this.own(userId));
    yield ndjson('status-views.ndjson', this.looks(userId));
    yield ndjson('status-mutes.ndjson', this.muted(userId));
  }

  /** Everybody who could see a status is told as when its author takes it back. */
  async erase(userId: string): Promise<void> {
    for await (const { id } of this.own(userId)) {
      await this.statuses.remove(userId, id).catch((error: unknown) => {
        // Expired in this very moment.
        if (!(error instanceof NotFoundError)) throw error;
      });
    }
    await this.rest.removeAllOf(userId);
  }

  private own(userId: string) {
    return itemsOf((cursor) => this.lists.mine(userId, { limit: MAX_PAGE, ...(cursor && { cursor }) }));
  }

  private async *looks(userId: string) {
    yield* await this.viewings.findLooks(userId, this.clock.now());
  }

  private async *muted(userId: string) {
    for (const id of await this.mutes.list(userId, MAX_MUTES)) yield { userId: id };
  }
}
