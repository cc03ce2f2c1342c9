import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** When a user posted in the last 24 hours; one row per user, by the user's id. */
@Schema({ collection: 'status_quotas', versionKey: false })
export class StatusQuota {
  _id: Types.ObjectId;

  @Prop({ type: [Date], required: true })
  posts: Date[];

  @Prop({ type: Date, required: true })
  expiresAt: Date;
}

export const StatusQuotaSchema = SchemaFactory.createForClass(StatusQuota);
StatusQuotaSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
