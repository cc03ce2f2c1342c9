import type { Attachment } from './attachment.js';

/** A stored file as the feature sees it. */
export interface MediaRecord extends Attachment {
  readonly ownerId: string;
  /** Bytes of the thumbnail; 0 where there is none. */
  readonly thumbnailSize: number;
  readonly createdAt: Date;
}

/** An upload that can be asked for again by its `Idempotency-Key`. */
export interface UploadKey {
  readonly creationKey: string;
  readonly contentHash: string;
}

export interface KeyedMedia {
  readonly media: MediaRecord;
  readonly contentHash: string;
}

export interface NewMedia extends Omit<MediaRecord, 'hasThumbnail'> {
  /** When it is looked at again, should its files never be stored. */
  sweepAt: Date;
}
