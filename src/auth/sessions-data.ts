import { Injectable, type OnModuleInit } from '@nestjs/common';

import { MAX_PAGE, type PageQueryDto } from '../common/pagination/cursor.js';
import { itemsOf, ndjson } from '../common/personal-data/ndjson.js';
import { type DataExporter, type ExportedFile, PersonalData } from '../common/personal-data/personal-data.js';
import { SessionsService } from './sessions.service.js';

/** The devices that are logged in, without what they log in with. An account that goes ends them itself, first of all. */
@Injectable()
export class SessionsData implements DataExporter, OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly sessions: SessionsService,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const page = (cursor?: string): PageQueryDto => ({ limit: MAX_PAGE, ...(cursor && { cursor }) });
    yield ndjson(
      'sessions.ndjson',
      itemsOf((cursor) => this.sessions.list(userId, page(cursor))),
    );
  }
}
