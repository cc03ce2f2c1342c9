/** What a page says of itself, cut to size. */
export interface LinkPreview {
  /** As in the message. */
  url: string;
  title: string;
  description?: string;
  /** For clients to load, or not: the server never fetches it. */
  imageUrl?: string;
  siteName?: string;
}
