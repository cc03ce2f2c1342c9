import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

import { duplicateKeyOf } from '../database/duplicate-key.js';
import { newObjectId, toObjectId } from '../database/object-id.js';
import { Report, type ReportSnapshot } from './report.schema.js';

export const REPORT_TARGETS = ['userId', 'messageId', 'statusId'] as const;
export type ReportTargets = Partial<Record<(typeof REPORT_TARGETS)[number], string | undefined>>;

export interface NewReport extends ReportTargets {
  reporterId: string;
  accusedIds: string[];
  reason: string;
  details?: string | undefined;
  snapshot: ReportSnapshot;
  mediaIds: string[];
  createdAt: Date;
  creationKey?: string | undefined;
}

export interface ReportRecord extends ReportTargets {
  id: string;
  reason: string;
  details?: string | undefined;
  createdAt: Date;
}

@Injectable()
export class ReportsRepository {
  constructor(@InjectModel(Report.name) private readonly reports: Model<Report>) {}

  /** `null` when there is a report with this creation key. */
  async insert(report: NewReport): Promise<ReportRecord | null> {
    const { reporterId, accusedIds, mediaIds, userId, messageId, statusId, details, creationKey, ...rest } =
      report;
    const row: Report = {
      _id: newObjectId(),
      ...rest,
      reporterId: toObjectId(reporterId),
      accusedIds: accusedIds.map(toObjectId),
      ...(mediaIds.length > 0 && { mediaIds: mediaIds.map(toObjectId) }),
      ...(userId && { userId: toObjectId(userId) }),
      ...(messageId && { messageId: toObjectId(messageId) }),
      ...(statusId && { statusId: toObjectId(statusId) }),
      ...(details !== undefined && { details }),
      ...(creationKey && { creationKey }),
    };
    try {
      await this.reports.create(row);
      return toRecord(row);
    } catch (error) {
      if (duplicateKeyOf(error)) return null;
      throw error;
    }
  }

  async findByCreationKey(creationKey: string): Promise<ReportRecord | null> {
    const row = await this.reports.findOne({ creationKey }).lean<Report | null>();
    return row && toRecord(row);
  }

  /** Which of these files a report keeps: one step in the index for each, however often it was reported. */
  async findKeptMedia(mediaIds: readonly string[]): Promise<Set<string>> {
    const found = await Promise.all(
      mediaIds.map((id) => this.reports.exists({ mediaIds: toObjectId(id) }).lean()),
    );
    return new Set(mediaIds.filter((_, index) => found[index] !== null));
  }

  /** What somebody has reported, in order, behind `after`. */
  async findByReporterBehind(
    reporterId: string,
    after: string | null,
    limit: number,
  ): Promise<ReportRecord[]> {
    const behind = after !== null && { _id: { $gt: toObjectId(after) } };
    const rows = await this.reports
      .find({ reporterId: toObjectId(reporterId), ...behind })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<Report[]>();
    return rows.map(toRecord);
  }

  /** Frees a creation key that is past its time. */
  async releaseCreationKey(creationKey: string, olderThan: Date): Promise<void> {
    const filter = { creationKey, createdAt: { $lt: olderThan } };
    await this.reports.updateOne(filter, { $unset: { creationKey: 1 } });
  }
}

function toRecord({ _id, userId, messageId, statusId, reason, details, createdAt }: Report): ReportRecord {
  return {
    id: _id.toHexString(),
    userId: userId?.toHexString(),
    messageId: messageId?.toHexString(),
    statusId: statusId?.toHexString(),
    reason,
    details,
    createdAt,
  };
}
