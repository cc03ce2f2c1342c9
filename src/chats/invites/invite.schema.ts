import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/**
 * A link by which people join a group by themselves. The token is stored as it is, so that admins can be
 * shown it again: whoever can read this collection can read the messages beside it too.
 */
@Schema({ collection: 'chat_invites', versionKey: false })
export class ChatInvite {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: String, required: true })
  token: string;

  @Prop({ type: Types.ObjectId, required: true })
  createdBy: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  @Prop({ type: Date, default: null })
  expiresAt: Date | null;

  @Prop({ type: Number, default: null })
  maxUses: number | null;

  @Prop({ type: Number, required: true })
  uses: number;

  /** Who has used it, where uses are bounded: nobody takes two. */
  @Prop({ type: [Types.ObjectId], default: undefined })
  usedBy?: Types.ObjectId[];

  @Prop({ type: Date, default: null })
  revokedAt: Date | null;

  /** Maker and `Idempotency-Key` of the call that made it. */
  @Prop({ type: String })
  creationKey?: string;
}

export const ChatInviteSchema = SchemaFactory.createForClass(ChatInvite);
ChatInviteSchema.index({ token: 1 }, { unique: true });
ChatInviteSchema.index({ chatId: 1, _id: 1 });
ChatInviteSchema.index(
  { creationKey: 1 },
  { unique: true, partialFilterExpression: { creationKey: { $exists: true } } },
);
/** Those that somebody has made. */
ChatInviteSchema.index({ createdBy: 1, _id: 1 });
