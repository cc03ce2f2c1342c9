import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { SavedPerson } from './saved-people.repository.js';

/** Somebody whom a user has saved. One-way: it says nothing about the other's list. */
@Schema({ collection: 'contacts', versionKey: false })
export class Contact implements SavedPerson {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  ownerId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;
}

export const ContactSchema = SchemaFactory.createForClass(Contact);

/** Lists, pages, and "has this owner saved that person" for many owners at once. */
ContactSchema.index({ ownerId: 1, userId: 1 }, { unique: true });
/** Whose contact somebody is: removed together with their account. */
ContactSchema.index({ userId: 1 });
