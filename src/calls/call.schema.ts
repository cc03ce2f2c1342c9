import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { CallState, CallType, SeatState } from './call-state.js';
import type { CallDevice, CallRequest } from './call.record.js';

export interface CallSeatRow {
  userId: Types.ObjectId;
  state: SeatState;
  joinedAt?: Date;
  leftAt?: Date;
  device?: CallDevice;
  graceUntil?: Date;
}

/**
 * One call. Every change replaces it on the condition that its version is still the one that was read, so
 * whatever happens at the same time, on any node, happens one after the other.
 */
@Schema({ collection: 'calls', versionKey: false })
export class Call {
  _id: Types.ObjectId;

  @Prop({ type: Number, required: true })
  version: number;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: Boolean, required: true })
  isGroup: boolean;

  @Prop({ type: String, required: true })
  callType: CallType;

  @Prop({ type: Types.ObjectId, required: true })
  callerId: Types.ObjectId;

  @Prop({ type: String, required: true })
  state: CallState;

  @Prop({ type: [Object], required: true })
  seats: CallSeatRow[];

  @Prop({ type: [Types.ObjectId], required: true })
  hiddenFrom: Types.ObjectId[];

  @Prop({ type: Date, required: true })
  createdAt: Date;

  @Prop({ type: Date, required: true })
  ringUntil: Date;

  @Prop({ type: Date })
  answeredAt?: Date;

  @Prop({ type: Date })
  endedAt?: Date;

  @Prop({ type: String })
  endReason?: string;

  @Prop({ type: [Object], default: undefined })
  requests?: CallRequest[];

  @Prop({ type: Boolean })
  isTraced?: boolean;

  // What follows is worked out of the rest, for the indexes.

  @Prop({ type: Boolean, required: true })
  isLive: boolean;

  /** Who is rung or in it. Part of the call, so nobody is busy longer than it lasts. */
  @Prop({ type: [Types.ObjectId], required: true })
  busyUserIds: Types.ObjectId[];

  @Prop({ type: Date })
  deadlineAt?: Date;

  /** For each who may know of it `user` and `user:state`, with the state as that user is shown it. */
  @Prop({ type: [String], required: true })
  shownTo: string[];
}

export const CallSchema = SchemaFactory.createForClass(Call);

const WHILE_LIVE = { partialFilterExpression: { isLive: true } };

/** One live call per chat: of two who call each other at once, one finds the other's. */
CallSchema.index({ chatId: 1 }, { unique: true, ...WHILE_LIVE });
/** One live call per person, whether it rings or goes on, on any node. */
CallSchema.index({ busyUserIds: 1 }, { unique: true, ...WHILE_LIVE });
CallSchema.index({ deadlineAt: 1 }, WHILE_LIVE);
/** The history of somebody, whole or by state. */
CallSchema.index({ shownTo: 1, createdAt: -1, _id: -1 });
CallSchema.index(
  { 'requests.key': 1 },
  { unique: true, partialFilterExpression: { 'requests.key': { $exists: true } } },
);
/** Calls that are over and whose chat may not know of it yet. */
CallSchema.index({ endedAt: 1 }, { partialFilterExpression: { isTraced: false } });
