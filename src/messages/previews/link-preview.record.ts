import type { LinkPreviewRow } from '../../chats/log/message-content.js';

/** What a page says of itself, cut to size. */
export type LinkPreview = LinkPreviewRow;
