import { type ObjectId, toObjectId } from '../../database/object-id.js';
import type { Attachment } from '../../media/attachment.js';

/** What a message keeps of a stored file: all that is told of it, so that reading it needs no look-up. */
export interface AttachmentRow extends Omit<Attachment, 'id'> {
  mediaId: ObjectId;
}

export function toAttachmentRow({ id, ...attachment }: Attachment): AttachmentRow {
  return { mediaId: toObjectId(id), ...attachment };
}

export function fromAttachmentRow({ mediaId, ...attachment }: AttachmentRow): Attachment {
  return { id: mediaId.toHexString(), ...attachment };
}
