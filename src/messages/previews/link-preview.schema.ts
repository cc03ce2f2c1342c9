import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

import type { LinkPreview } from './link-preview.record.js';

/** What came of fetching an address, for some time; also that nothing came. */
@Schema({ collection: 'link_previews', versionKey: false })
export class CachedPreview {
  /** A hash of the address. */
  @Prop({ type: String, required: true })
  _id: string;

  /** Absent where the page could not be had. */
  @Prop({ type: Object })
  preview?: LinkPreview;

  /** Checked at every read; from then on the page is asked again. */
  @Prop({ type: Date, required: true })
  expiresAt: Date;
}

export const CachedPreviewSchema = SchemaFactory.createForClass(CachedPreview);
CachedPreviewSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
