import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** One step of a member through a chat: from `at` on they had messages up to `d`, and had read up to `r`. */
export interface ReceiptMoveRow {
  at: Date;
  d: number;
  /** What others may know of it. */
  r: number;
}

/**
 * When one member got and read the messages of a chat: their last moves, kept apart from the watermarks,
 * which every list of chats reads.
 */
@Schema({ collection: 'receipt_times', versionKey: false })
export class ReceiptTimes {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  @Prop({ type: [Object], required: true })
  moves: ReceiptMoveRow[];
}

export const ReceiptTimesSchema = SchemaFactory.createForClass(ReceiptTimes);
ReceiptTimesSchema.index({ chatId: 1, userId: 1 }, { unique: true });
