import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { ChatRole } from './log/chat-state.js';

/**
 * A stretch of the chat that a member may see. `fromSeq` is the first message of it; the ends are those
 * of the moment of leaving, `null` while the member is in.
 */
export interface MemberSpan {
  fromSeq: number;
  /** Where that is further on: what lies before it was there when they joined, and is not unread. */
  unreadFromSeq?: number;
  toSeq: number | null;
  toRev: number | null;
}

/**
 * One person's membership of one chat, worked out of the chat's log. The row stays when they leave: the
 * past up to then is theirs to read until they delete the chat.
 */
@Schema({ collection: 'chat_members', versionKey: false })
export class ChatMember {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  /** The other one of a direct chat: who hears of this user's coming and going. */
  @Prop({ type: Types.ObjectId })
  partnerId?: Types.ObjectId;

  @Prop({ type: String, required: true })
  role: ChatRole;

  @Prop({ type: Boolean, required: true })
  isActive: boolean;

  @Prop({ type: Date, required: true })
  joinedAt: Date;

  /** The log row that this row is up to; makes working in a log row a second time harmless. */
  @Prop({ type: Number, required: true })
  rev: number;

  @Prop({ type: [Object], required: true })
  spans: MemberSpan[];

  /** Gone by an admin's deed: no invite leads back. */
  @Prop({ type: Boolean })
  wasRemoved?: boolean;

  /** The user deleted the chat here: up to this `seq` it is gone for them, and off their list until it moves on. */
  @Prop({ type: Number })
  hiddenUpToSeq?: number;

  /** The user emptied the chat: up to this `seq` it is gone for them, and stays on their list. */
  @Prop({ type: Number })
  clearedUpToSeq?: number;

  @Prop({ type: Date })
  mutedUntil?: Date | null;

  @Prop({ type: Boolean })
  isArchived?: boolean;

  @Prop({ type: Boolean })
  isPinned?: boolean;

  /** Marked as unread when the user had read up to this `seq`: void once they have read further. */
  @Prop({ type: Number })
  unreadMark?: number;

  /**
   * Whether the user may have stars on messages here: what has none need not be asked about them. Absent in memberships
   * from before it was noted.
   */
  @Prop({ type: Boolean })
  hasStarred?: boolean;

  /** Messages that the user deleted for themselves: holes in what they see. */
  @Prop({ type: [Number], default: undefined })
  deletedSeqs?: number[];
}

export const ChatMemberSchema = SchemaFactory.createForClass(ChatMember);
ChatMemberSchema.index({ chatId: 1, userId: 1 }, { unique: true });
ChatMemberSchema.index({ userId: 1, chatId: 1 });
ChatMemberSchema.index(
  { userId: 1, partnerId: 1 },
  { partialFilterExpression: { partnerId: { $exists: true } } },
);
