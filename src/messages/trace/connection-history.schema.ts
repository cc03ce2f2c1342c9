import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** A device was connected from then until then. */
export interface ConnectionSpan {
  sessionId: string;
  from: Date;
  to: Date;
}

/** When a user's devices were last connected: the latest spans, by the user's id. */
@Schema({ collection: 'connection_histories', versionKey: false })
export class ConnectionHistory {
  _id: Types.ObjectId;

  /** In the order in which they ended. */
  @Prop({ type: [Object], required: true })
  spans: ConnectionSpan[];

  /** When the row goes: of somebody who has not come for long. */
  @Prop({ type: Date, required: true })
  expiresAt: Date;
}

export const ConnectionHistorySchema = SchemaFactory.createForClass(ConnectionHistory);
ConnectionHistorySchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
