import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** That somebody has seen a status, and what they think of it: one row per viewer and status. */
@Schema({ collection: 'status_views', versionKey: false })
export class StatusViewing {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  statusId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  viewerId: Types.ObjectId;

  @Prop({ type: Date, required: true })
  viewedAt: Date;

  /** Read receipts of both were on at that moment: the author may know. */
  @Prop({ type: Boolean, required: true })
  isShared: boolean;

  /** Shared, or told by a reaction. */
  @Prop({ type: Boolean, required: true })
  isListed: boolean;

  @Prop({ type: String })
  emoji?: string;

  /** That of the status. */
  @Prop({ type: Date, required: true })
  expiresAt: Date;
}

export const StatusViewingSchema = SchemaFactory.createForClass(StatusViewing);

StatusViewingSchema.index({ statusId: 1, viewerId: 1 }, { unique: true });
/** The viewers of a status, latest first, and their number straight from the index. */
StatusViewingSchema.index({ statusId: 1, isListed: 1, viewedAt: -1, viewerId: -1 });
/** What somebody has seen of the live ones, straight from the index. */
StatusViewingSchema.index({ viewerId: 1, expiresAt: 1, statusId: 1, viewedAt: 1 });
StatusViewingSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
