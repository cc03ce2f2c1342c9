import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** What one person has made of a message for themselves: starred it, deleted it for themselves alone. */
@Schema({ collection: 'message_marks', versionKey: false })
export class MessageMark {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  messageId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: Date })
  starredAt?: Date;

  @Prop({ type: Date })
  deletedAt?: Date;

  /** The user's `me` rev that tells of it; above all others until that is taken. */
  @Prop({ type: Number, required: true })
  rev: number;
}

export const MessageMarkSchema = SchemaFactory.createForClass(MessageMark);
MessageMarkSchema.index({ userId: 1, messageId: 1 }, { unique: true });
MessageMarkSchema.index(
  { userId: 1, starredAt: -1, messageId: -1 },
  { partialFilterExpression: { starredAt: { $exists: true } } },
);
/** Somebody's stars in one chat. */
MessageMarkSchema.index(
  { userId: 1, chatId: 1, messageId: 1 },
  { partialFilterExpression: { starredAt: { $exists: true } } },
);
MessageMarkSchema.index(
  { userId: 1, rev: 1, messageId: 1 },
  { partialFilterExpression: { deletedAt: { $exists: true } } },
);
/** All stars of one message. */
MessageMarkSchema.index({ messageId: 1 }, { partialFilterExpression: { starredAt: { $exists: true } } });
