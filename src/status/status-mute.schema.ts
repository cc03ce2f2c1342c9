import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** Somebody does not want to be bothered by another's statuses. */
@Schema({ collection: 'status_mutes', versionKey: false })
export class StatusMute {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  ownerId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;
}

export const StatusMuteSchema = SchemaFactory.createForClass(StatusMute);
StatusMuteSchema.index({ ownerId: 1, userId: 1 }, { unique: true });
/** By whom somebody is muted: removed together with their account. */
StatusMuteSchema.index({ userId: 1 });
