import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MAX_PAGE } from '../../common/pagination/cursor.js';
import { itemsOf, ndjson } from '../../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../../common/personal-data/personal-data.js';
import { ScheduledMessagesRepository } from './scheduled-messages.repository.js';
import { ScheduledMessages } from './scheduled-messages.service.js';

/** Messages that somebody wants sent later, to take along and to remove. */
@Injectable()
export class ScheduledData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'scheduled messages';

  constructor(
    private readonly data: PersonalData,
    private readonly scheduled: ScheduledMessages,
    private readonly rows: ScheduledMessagesRepository,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const list = (cursor?: string) =>
      this.scheduled.page(userId, { limit: MAX_PAGE, ...(cursor && { cursor }) });
    yield ndjson('scheduled-messages.ndjson', itemsOf(list));
  }

  erase(userId: string): Promise<void> {
    return this.rows.removeAllOf(userId);
  }
}
