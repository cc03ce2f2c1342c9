import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** Somebody who came by an invite and waits for an admin. Gone with the decision. */
@Schema({ collection: 'join_requests', versionKey: false })
export class ChatJoinRequest {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  /** By which they came: gets its use back when they are turned away. */
  @Prop({ type: Types.ObjectId })
  inviteId?: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;
}

export const ChatJoinRequestSchema = SchemaFactory.createForClass(ChatJoinRequest);
ChatJoinRequestSchema.index({ chatId: 1, userId: 1 }, { unique: true });
/** Where somebody waits. */
ChatJoinRequestSchema.index({ userId: 1, chatId: 1 });
