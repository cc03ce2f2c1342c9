import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MAX_PAGE } from '../common/pagination/cursor.js';
import { itemsOf, ndjson } from '../common/personal-data/ndjson.js';
import { type DataExporter, type ExportedFile, PersonalData } from '../common/personal-data/personal-data.js';
import { CallHistory } from './call-history.js';

/** The calls of somebody, to take along. They stay in the history of the others, and end with the sockets of who goes. */
@Injectable()
export class CallsData implements DataExporter, OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly history: CallHistory,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const list = (cursor?: string) =>
      this.history.list(userId, { limit: MAX_PAGE, ...(cursor && { cursor }) });
    yield ndjson('calls.ndjson', itemsOf(list));
  }
}
