import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { SavedPerson } from './saved-people.repository.js';

/** Somebody whom a user has blocked. Only the owner of the list may ever learn of it. */
@Schema({ collection: 'blocks', versionKey: false })
export class Block implements SavedPerson {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  ownerId: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;
}

export const BlockSchema = SchemaFactory.createForClass(Block);

BlockSchema.index({ ownerId: 1, userId: 1 }, { unique: true });
/** Who has blocked somebody. */
BlockSchema.index({ userId: 1, ownerId: 1 });
