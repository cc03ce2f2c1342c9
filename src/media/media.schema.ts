import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

import type { MediaKind } from './attachment.js';

/** One stored file. What it is attached to is not written here: those who attach it are asked. */
@Schema({ collection: 'media', versionKey: false })
export class Media {
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  ownerId: Types.ObjectId;

  /**
   * `storing` until its files are in place, `condemned` from the moment on that they are being removed.
   * Only what is `ready` can be read or attached.
   */
  @Prop({ type: String, required: true })
  state: 'storing' | 'ready' | 'condemned';

  @Prop({ type: String, required: true })
  kind: MediaKind;

  @Prop({ type: String, required: true })
  mimeType: string;

  @Prop({ type: Number, required: true })
  size: number;

  /** 0 where there is none. */
  @Prop({ type: Number, required: true })
  thumbnailSize: number;

  @Prop({ type: String })
  name?: string;

  @Prop({ type: Number })
  width?: number;

  @Prop({ type: Number })
  height?: number;

  @Prop({ type: Number })
  durationMs?: number;

  @Prop({ type: [Number], default: undefined })
  waveform?: number[];

  @Prop({ type: Date, required: true })
  createdAt: Date;

  /** When the collector looks whether anything still holds it. Who attaches it moves this on first. */
  @Prop({ type: Date, required: true })
  sweepAt: Date;

  /** Owner and `Idempotency-Key` of the upload that made it; only what is `ready` has one. */
  @Prop({ type: String })
  creationKey?: string;

  /** Of what came in, where there is a key. */
  @Prop({ type: String })
  contentHash?: string;
}

export const MediaSchema = SchemaFactory.createForClass(Media);

/** What a user has stored, summed up in the index. */
MediaSchema.index({ ownerId: 1, size: 1 });
/** All of somebody's, in order. */
MediaSchema.index({ ownerId: 1, _id: 1 });
MediaSchema.index({ sweepAt: 1 });
MediaSchema.index(
  { creationKey: 1 },
  { unique: true, partialFilterExpression: { creationKey: { $exists: true } } },
);
