import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** What was reported, as the reporter saw it then: it stays when the original is edited or gone. */
export interface ReportSnapshot {
  user?: Record<string, unknown>;
  message?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

/** A report for the operators of the server. Users never see one, and nobody is told of it. */
@Schema({ collection: 'reports', versionKey: false, minimize: false })
export class Report {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  reporterId: Types.ObjectId;

  /** Who is answerable for what was reported: the person, the message's sender, the status's author. */
  @Prop({ type: [Types.ObjectId], required: true })
  accusedIds: Types.ObjectId[];

  @Prop({ type: Types.ObjectId })
  userId?: Types.ObjectId;

  @Prop({ type: Types.ObjectId })
  messageId?: Types.ObjectId;

  @Prop({ type: Types.ObjectId })
  statusId?: Types.ObjectId;

  /** The files of what was reported: they are kept as long as the report is. */
  @Prop({ type: [Types.ObjectId], default: undefined })
  mediaIds?: Types.ObjectId[];

  @Prop({ type: String, required: true })
  reason: string;

  @Prop({ type: String })
  details?: string;

  @Prop({ type: Object, required: true })
  snapshot: ReportSnapshot;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** Reporter and `Idempotency-Key` of the call that made it. */
  @Prop({ type: String })
  creationKey?: string;
}

export const ReportSchema = SchemaFactory.createForClass(Report);

ReportSchema.index(
  { creationKey: 1 },
  { unique: true, partialFilterExpression: { creationKey: { $exists: true } } },
);
ReportSchema.index({ mediaIds: 1 }, { partialFilterExpression: { mediaIds: { $exists: true } } });
/** What somebody has reported, in order. */
ReportSchema.index({ reporterId: 1, _id: 1 });
/** For operators: the latest first, of all and of one person. */
ReportSchema.index({ createdAt: -1 });
ReportSchema.index({ accusedIds: 1, createdAt: -1 });
