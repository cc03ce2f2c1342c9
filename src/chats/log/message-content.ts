import type { Types } from 'mongoose';

/** What an answer keeps of the message that it answers; follows what becomes of that. */
export interface QuotedMessageRow {
  messageId: Types.ObjectId;
  senderId: Types.ObjectId;
  type: string;
  text: string;
  /** The message's `rev` that the text is up to. */
  rev: number;
  /** When the message is gone, and with it what is quoted of it. */
  expiresAt?: Date;
}

export interface LocationRow {
  latitude: number;
  longitude: number;
  name?: string;
}

/** A person's card: of somebody here (`userId`), or of anybody. */
export interface ContactCardRow {
  userId?: string;
  name: string;
  phone?: string;
}

export interface PollRow {
  question: string;
  options: { id: string; text: string }[];
  multiple: boolean;
}

/** What the first page that a text names says of itself. */
export interface LinkPreviewRow {
  /** As in the text. */
  url: string;
  title: string;
  description?: string;
  /** For clients to load, or not: the server never fetches it. */
  imageUrl?: string;
  siteName?: string;
}
