import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { ObjectId } from '../database/object-id.js';

/** One login on one device. Its end is its removal: what is not stored does not live. */
@Schema({ collection: 'sessions', versionKey: false })
export class Session {
  _id: ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: ObjectId;

  @Prop({ type: String, default: null })
  deviceName: string | null;

  @Prop({ type: String, required: true })
  refreshHash: string;

  @Prop({ type: String, required: true })
  familyHash: string;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  @Prop({ type: Date, required: true })
  lastUsedAt: Date;

  /** Checked at every read; the index below only clears away. */
  @Prop({ type: Date, required: true })
  expiresAt: Date;
}

export const SessionSchema = SchemaFactory.createForClass(Session);

SessionSchema.index({ userId: 1, _id: -1 });
SessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
