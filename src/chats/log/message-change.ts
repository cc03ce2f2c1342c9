import type { Types } from 'mongoose';

/** What a row of kind `message_changed` does to the message that it names. */
export type MessageChange = { type: 'edited'; text: string } | { type: 'deleted' };

/** The messages that quote another keep this much of its text. */
export const MAX_QUOTED_TEXT = 200;

/** Cut by characters, never through one. */
export function quotedText(text: string): string {
  return text.length <= MAX_QUOTED_TEXT ? text : Array.from(text).slice(0, MAX_QUOTED_TEXT).join('');
}

/** One text that a message had before the one it has now. */
export interface EditRow {
  messageId: Types.ObjectId;
  rev: number;
  createdAt: Date;
  change: { type: 'edited'; text: string };
}
