import { Injectable, type OnModuleInit } from '@nestjs/common';

import { ndjson, rowsBehind } from '../../common/personal-data/ndjson.js';
import {
  type DataEraser,
  type DataExporter,
  type ExportedFile,
  PersonalData,
} from '../../common/personal-data/personal-data.js';
import { type MarkRecord, MessageMarksRepository } from './message-marks.repository.js';

const MARKS_PER_PAGE = 500;

/** Which messages somebody has starred, or deleted for themselves: to take along and to remove. */
@Injectable()
export class MessageMarksData implements DataExporter, DataEraser, OnModuleInit {
  readonly name = 'message marks';

  constructor(
    private readonly data: PersonalData,
    private readonly marks: MessageMarksRepository,
  ) {}

  onModuleInit(): void {
    this.data.addExporter(this);
    this.data.addEraser(this);
  }

  *files(userId: string): Generator<ExportedFile> {
    const find = (last: MarkRecord | null) =>
      this.marks.findBehind(userId, last?.messageId ?? null, MARKS_PER_PAGE);
    yield ndjson('message-marks.ndjson', rowsBehind(find));
  }

  erase(userId: string): Promise<void> {
    return this.marks.removeAllOf(userId);
  }
}
