import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { Attachment } from '../media/attachment.js';
import type { StatusType } from './status.record.js';
import type { FrozenAudience } from './status.record.js';

/**
 * One status. When it is deleted, or has expired while its `creationKey` still counts, its content goes
 * at once and an empty shell stays until `purgeAt`, so that a retry of the call that made it finds it.
 */
@Schema({ collection: 'statuses', versionKey: false })
export class Status {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  userId: Types.ObjectId;

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** From this moment on it is gone for everybody. Absent in a shell. */
  @Prop({ type: Date })
  expiresAt?: Date;

  /** When the row itself goes. */
  @Prop({ type: Date, required: true })
  purgeAt: Date;

  @Prop({ type: String })
  type?: StatusType;

  @Prop({ type: String })
  text?: string;

  @Prop({ type: String })
  mediaId?: string;

  @Prop({ type: Object })
  media?: Attachment;

  @Prop({ type: String })
  backgroundColor?: string;

  /** As the author gave it, for the author's eyes. */
  @Prop({ type: Object })
  audience?: FrozenAudience;

  /** The people themselves, frozen when posted; absent for `everyone`, whose circle is looked up. */
  @Prop({ type: [Types.ObjectId], default: undefined })
  viewerIds?: Types.ObjectId[];

  /** Author and `Idempotency-Key` (or `requestId`) of the call that made it. */
  @Prop({ type: String })
  creationKey?: string;

  /** Of what that call asked for: the same key with something else is a mistake. */
  @Prop({ type: String })
  contentHash?: string;
}

export const StatusSchema = SchemaFactory.createForClass(Status);

/** An author's live statuses in order, and those of many authors. */
StatusSchema.index({ userId: 1, expiresAt: -1, _id: -1 });
/** What somebody may see by name. */
StatusSchema.index(
  { viewerIds: 1, expiresAt: 1 },
  { partialFilterExpression: { expiresAt: { $exists: true } } },
);
StatusSchema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $exists: true } } });
StatusSchema.index(
  { creationKey: 1 },
  { unique: true, partialFilterExpression: { creationKey: { $exists: true } } },
);
/** The statuses that a stored file is part of: who may see one of them may read it. */
StatusSchema.index({ mediaId: 1 }, { partialFilterExpression: { mediaId: { $exists: true } } });
/** The second net below the sweeper, where the server runs a TTL monitor. */
StatusSchema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });
