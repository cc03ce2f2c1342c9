import type { MessageView } from '../message.view.js';
import type { LinkPreview } from './link-preview.record.js';

/** Gives a stored message its preview, as a change that its chat's members share. */
export abstract class PreviewAttachment {
  /** Called by the node that stored the message, or its new text; a second time must change nothing. */
  abstract attach(message: MessageView, preview: LinkPreview): Promise<void>;
}
