import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { ChatInfo, ChatSettings } from './log/chat-profile.js';
import type { ChatType } from './log/chat-state.js';

/**
 * What is fixed about a chat, and how far its log has been worked into `chat_members`. Everything else
 * about a chat follows from its log.
 */
@Schema({ collection: 'chats', versionKey: false })
export class Chat {
  _id: Types.ObjectId;

  @Prop({ type: String, required: true })
  type: ChatType;

  /** Both ids of a direct chat in order: at most one chat per pair, whoever creates it and how often. */
  @Prop({ type: String })
  directKey?: string;

  @Prop({ type: Object })
  info?: ChatInfo;

  /** The change that `info` is of: an older one, worked in late, leaves it alone. */
  @Prop({ type: Number })
  infoRev?: number;

  /** Absent until the first change of them. */
  @Prop({ type: Object })
  settings?: ChatSettings;

  @Prop({ type: Number })
  settingsRev?: number;

  @Prop({ type: Types.ObjectId, required: true })
  createdBy: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** Creator and `Idempotency-Key` of the call that made it. */
  @Prop({ type: String })
  creationKey?: string;

  /** Changes up to this `rev` are in `chat_members`. Lags behind the log by a moment, never leads. */
  @Prop({ type: Number, required: true })
  projectedRev: number;

  @Prop({ type: Number, required: true })
  memberCount: number;

  /** For the order of chat lists; lags by a moment. */
  @Prop({ type: Date, required: true })
  lastActivityAt: Date;
}

export const ChatSchema = SchemaFactory.createForClass(Chat);
ChatSchema.index(
  { directKey: 1 },
  { unique: true, partialFilterExpression: { directKey: { $exists: true } } },
);
ChatSchema.index(
  { creationKey: 1 },
  { unique: true, partialFilterExpression: { creationKey: { $exists: true } } },
);
