import type { StatusRecord } from './status.record.js';
import type { Status } from './status.schema.js';

/** Named one by one: the list of the people that may see it can be long, and never leaves the database. */
export const STATUS_FIELDS = {
  userId: 1,
  type: 1,
  text: 1,
  mediaId: 1,
  media: 1,
  backgroundColor: 1,
  audience: 1,
  createdAt: 1,
  expiresAt: 1,
} as const;

/** What is left may be a shell. */
export type StatusRow = Pick<Status, '_id' | keyof typeof STATUS_FIELDS>;
export type LiveStatusRow = StatusRow & Required<Pick<Status, 'type' | 'audience' | 'expiresAt'>>;

export function isLive(row: StatusRow, now: Date): row is LiveStatusRow {
  return row.expiresAt !== undefined && row.expiresAt > now;
}

export function toRecord({ _id, userId, ...row }: LiveStatusRow): StatusRecord {
  const { type, text, mediaId, media, backgroundColor, audience, createdAt, expiresAt } = row;
  return {
    id: _id.toHexString(),
    userId: userId.toHexString(),
    type,
    ...(text !== undefined && { text }),
    ...(mediaId !== undefined && { mediaId }),
    ...(media !== undefined && { media }),
    ...(backgroundColor !== undefined && { backgroundColor }),
    audience,
    createdAt,
    expiresAt,
  };
}
