import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

import { Types } from 'mongoose';

import type { ObjectId } from '../database/object-id.js';
import type { PrivacySettings } from './privacy-policy.js';

@Schema({ collection: 'users', versionKey: false })
export class User {
  _id: ObjectId;

  /** In its normalised form. */
  @Prop({ type: String, required: true })
  email: string;

  @Prop({ type: String, required: true })
  passwordHash: string;

  @Prop({ type: String, required: true })
  name: string;

  /** `nameKeyOf(name)`: what the search ranges over. */
  @Prop({ type: String, required: true })
  nameKey: string;

  @Prop({ type: String, default: '' })
  about: string;

  @Prop({ type: String, default: null })
  phone: string | null;

  /** Their picture among the stored files. */
  @Prop({ type: Types.ObjectId })
  avatarMediaId?: ObjectId;

  /** Counts the changes that concern this user alone (the `me` rev of a sync). */
  @Prop({ type: Number, default: 1 })
  rev: number;

  /** Only what differs from `DEFAULT_PRIVACY`. */
  @Prop({ type: Object })
  privacy?: Partial<PrivacySettings>;

  /** When the user last went offline. */
  @Prop({ type: Date, default: null })
  lastSeenAt: Date | null;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** The account was deleted: what is left is a name for its messages. */
  @Prop({ type: Date })
  deletedAt?: Date;

  /** There is still something to remove, and when it is tried next. */
  @Prop({ type: Date })
  deletingAt?: Date;

  /** All of it has been removed, and is once more for what was under way. */
  @Prop({ type: Boolean })
  isErasedOnce?: boolean;
}

export const UserSchema = SchemaFactory.createForClass(User);

UserSchema.index({ email: 1 }, { unique: true });
UserSchema.index({ nameKey: 1, _id: 1 });
UserSchema.index({ avatarMediaId: 1 }, { partialFilterExpression: { avatarMediaId: { $exists: true } } });
/** Accounts on their way out: few. */
UserSchema.index({ deletingAt: 1 }, { partialFilterExpression: { deletingAt: { $exists: true } } });
// Not unique: nobody has proved that a number is theirs. `$gt: ''` means "is text" in a form that the
// planner sees in `phone: '+49...'`; with `$type` it would leave this index aside and scan.
UserSchema.index({ phone: 1, _id: 1 }, { partialFilterExpression: { phone: { $gt: '' } } });
