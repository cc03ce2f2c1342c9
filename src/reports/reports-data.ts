import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ndjson, rowsBehind } from '../common/personal-data/ndjson.js';
import { type DataExporter, type ExportedFile, PersonalData } from '../common/personal-data/personal-data.js';
import { type ReportRecord, ReportsRepository } from './reports.repository.js';

const REPORTS_PER_PAGE = 100;

/**
 * What somebody has reported, to take along; not what others have reported of them. Reports stay for the
 * operators when an account goes: else who is reported could do away with the evidence by leaving.
 */
@Injectable()
export class ReportsData implements DataExporter, OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly reports: ReportsRepository,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const find = (last: ReportRecord | null) =>
      this.reports.findByReporterBehind(userId, last?.id ?? null, REPORTS_PER_PAGE);
    yield ndjson('reports.ndjson', rowsBehind(find));
  }
}
