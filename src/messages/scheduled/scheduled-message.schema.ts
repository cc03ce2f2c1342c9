import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { ScheduledState } from './scheduled-message.record.js';

/**
 * A message to be sent later, and what is left of it. It goes when it was sent; when it was cancelled an
 * empty shell stays for a day, so that a late retry of the scheduling does not bring it back.
 */
@Schema({ collection: 'scheduled_messages', versionKey: false })
export class ScheduledMessage {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  senderId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  /** That of the message that it becomes: sent twice, it is stored once. */
  @Prop({ type: String, required: true })
  clientMessageId: string;

  /** Of content and time: the same id with something else is a mistake. */
  @Prop({ type: String, required: true })
  contentHash: string;

  @Prop({ type: String, required: true })
  state: ScheduledState;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** When the sender wants it sent. Absent in a shell. */
  @Prop({ type: Date })
  sendAt?: Date;

  /** What was validated when it was scheduled, as it was given. Absent in a shell. */
  @Prop({ type: Object })
  content?: Record<string, unknown>;

  /** From then on a node may take it: to send it, or to go on where another was lost. Only while it is to be sent. */
  @Prop({ type: Date })
  dueAt?: Date;

  /** Why it can't be sent. */
  @Prop({ type: Object })
  failure?: { code: string; message: string };

  /** When the row itself goes, of what failed or was cancelled. */
  @Prop({ type: Date })
  purgeAt?: Date;
}

export const ScheduledMessageSchema = SchemaFactory.createForClass(ScheduledMessage);

ScheduledMessageSchema.index({ senderId: 1, chatId: 1, clientMessageId: 1 }, { unique: true });
/** Somebody's list. */
ScheduledMessageSchema.index(
  { senderId: 1, sendAt: 1, _id: 1 },
  { partialFilterExpression: { sendAt: { $exists: true } } },
);
ScheduledMessageSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });
/** The files that wait with a message. */
ScheduledMessageSchema.index(
  { 'content.attachmentIds': 1 },
  { partialFilterExpression: { 'content.attachmentIds': { $exists: true } } },
);
/** The second net below the sweeper, where the server runs a TTL monitor. */
ScheduledMessageSchema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });
