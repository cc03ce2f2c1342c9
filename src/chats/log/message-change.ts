import type { Types } from 'mongoose';

import type { LinkPreviewRow } from './message-content.js';

/** What a row of kind `message_changed` does to the message that it names; whose deed it is, the row says. */
export type MessageChange =
  /** `dropsPreview`: the preview that it had is of an address that the new text does not name first. */
  | { type: 'edited'; text: string; dropsPreview?: true }
  /** By the server, in the name of its sender. */
  | { type: 'previewed'; preview: LinkPreviewRow }
  | { type: 'deleted' }
  /** `null` takes the reaction back. */
  | { type: 'reacted'; emoji: string | null }
  /** `expiresAt` is the message's: from then on it holds no place among the pinned ones. */
  | { type: 'pinned'; isPinned: boolean; expiresAt?: Date }
  /** None takes the vote back. */
  | { type: 'voted'; optionIds: string[] };

/** What one member thinks of a message; `null` once it is taken back, so that no older one comes again. */
export interface ReactionRow {
  emoji: string | null;
  rev: number;
}

export interface VoteRow {
  optionIds: string[];
  rev: number;
}

/** Messages that quote another keep this many characters of its text. */
export const MAX_QUOTED_TEXT = 200;

/** Cut by characters, never through one. */
export function quotedText(text: string): string {
  return text.length <= MAX_QUOTED_TEXT ? text : Array.from(text).slice(0, MAX_QUOTED_TEXT).join('');
}

/** One text that a message had. */
export interface EditRow {
  messageId: Types.ObjectId;
  rev: number;
  createdAt: Date;
  change: { type: 'edited'; text: string };
}
