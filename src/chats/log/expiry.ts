import type { ChatLogRow } from './chat-log.schema.js';
import type { ChatState } from './chat-state.js';

/** When a message will be gone: by the chat's setting at its place, or sooner if its sender wants so. Most never will. */
export function expiryOf(
  { kind, type, expiresInSeconds }: Pick<ChatLogRow, 'kind' | 'type' | 'expiresInSeconds'>,
  { profile }: ChatState,
  createdAt: Date,
): Date | null {
  if (kind !== 'message' || type === 'system') return null;
  const seconds = Math.min(
    expiresInSeconds ?? Number.POSITIVE_INFINITY,
    profile.settings.disappearingSeconds || Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(seconds) ? new Date(createdAt.getTime() + seconds * 1000) : null;
}

export function isExpired({ expiresAt }: { expiresAt?: Date }, nowMs: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= nowMs;
}

/** What is left of a message that has disappeared, for readers and in the database: its place. */
export const PLACE_FIELDS = [
  '_id',
  'chatId',
  'rev',
  'kind',
  'senderId',
  'createdAt',
  'seq',
  'clientMessageId',
  'type',
  'expiresAt',
  'isQuiet',
  'changedRev',
  'deletedAt',
] as const satisfies (keyof ChatLogRow)[];

/**
 * The row as it may be read at this moment. Of an expired message only its place is left, and what is told
 * of its changes, named field by field: content that rows get later never slips out. An answer outlives
 * what it quotes, but quotes nothing of it any more.
 */
export function asOf(row: ChatLogRow, nowMs: number): ChatLogRow {
  if (!isExpired(row, nowMs)) return withQuoteAsOf(row, nowMs);
  const place = PLACE_FIELDS.filter((field) => row[field] !== undefined).map((field) => [field, row[field]]);
  return Object.assign(Object.fromEntries(place) as ChatLogRow, { text: '' });
}

function withQuoteAsOf(row: ChatLogRow, nowMs: number): ChatLogRow {
  const { replyTo } = row;
  if (!replyTo || !('messageId' in replyTo) || !isExpired(replyTo, nowMs)) return row;
  return Object.assign({}, row, { replyTo: { ...replyTo, text: '' } });
}
