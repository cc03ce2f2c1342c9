import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { ConflictError, ValidationError } from '../common/errors/app-error.js';
import { MediaLibrary } from '../media/media-library.service.js';
import type { CreateReportDto } from './dto/create-report.dto.js';
import { ReportCapture } from './report-capture.service.js';
import { REPORT_TARGETS, type ReportRecord, ReportsRepository } from './reports.repository.js';

const DAY_MS = 86_400_000;

/** Reports to the operators: kept with what was reported, told to nobody. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportsRepository,
    private readonly capture: ReportCapture,
    private readonly library: MediaLibrary,
    private readonly clock: Clock,
  ) {}

  /** `isNew` is false for a retry with the same key, which answers the first report. */
  async create(
    reporterId: string,
    dto: CreateReportDto,
    key?: string,
  ): Promise<{ report: ReportRecord; isNew: boolean }> {
    if (REPORT_TARGETS.every((target) => dto[target] === undefined)) {
      throw ValidationError.of('userId', 'required', 'Give at least one of userId, messageId and statusId');
    }
    if (dto.userId === reporterId) {
      throw ValidationError.of('userId', 'isOther', 'userId must be somebody else');
    }
    const creationKey = key && `${reporterId}:${key}`;
    const createdAt = this.clock.now();
    if (creationKey) {
      await this.reports.releaseCreationKey(creationKey, new Date(createdAt.getTime() - DAY_MS));
      const first = await this.findFirst(creationKey, dto);
      if (first) return first;
    }
    const content = await this.capture.capture(reporterId, dto);
    // So that no collection can overtake the report.
    await this.library.holdRemaining(content.mediaIds);
    const { userId, messageId, statusId, reason, details } = dto;
    const made = { userId, messageId, statusId, reason, details, reporterId, createdAt, creationKey };
    const report = await this.reports.insert({ ...made, ...content });
    // A retry was faster than this first try.
    const result = report ? { report, isNew: true } : creationKey && (await this.findFirst(creationKey, dto));
    if (!result) throw new ConflictError('This Idempotency-Key is in use: try again');
    return result;
  }

  private async findFirst(creationKey: string, dto: CreateReportDto) {
    const report = await this.reports.findByCreationKey(creationKey);
    if (!report) return null;
    const isSame = ([...REPORT_TARGETS, 'reason', 'details'] as const).every(
      (field) => report[field] === dto[field],
    );
    if (!isSame) throw new ConflictError('This Idempotency-Key was used for another report: make a new key');
    return { report, isNew: false };
  }
}
