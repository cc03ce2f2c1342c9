import { createHash } from 'node:crypto';

import { ValidationError } from '../../common/errors/app-error.js';

const DAY_MS = 86_400_000;

/** How far ahead a message can be scheduled. */
export const MAX_AHEAD_MS = 366 * DAY_MS;

const HAS_ZONE = /[T ].*([Zz]|[+-]\d{2}(:?\d{2})?)$/;

/** The moment that a client names, which must lie ahead. */
export function checkedSendAt(text: string, now: Date): Date {
  const sendAt = new Date(text);
  if (!HAS_ZONE.test(text) || Number.isNaN(sendAt.getTime()))
    throw ValidationError.of('sendAt', 'zone', 'sendAt must name a moment, such as 2026-12-24T18:00:00Z');
  if (sendAt <= now) throw ValidationError.of('sendAt', 'future', 'sendAt must lie in the future');
  if (sendAt.getTime() - now.getTime() > MAX_AHEAD_MS)
    throw ValidationError.of('sendAt', 'maxAhead', 'sendAt must lie within the next 366 days');
  return sendAt;
}

/** The same for the same content, in whatever order its fields came. */
export function hashOfContent(content: object, sendAt: string): string {
  const moment = new Date(sendAt).getTime();
  return createHash('sha256')
    .update(JSON.stringify([moment, sorted(content)]))
    .digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, item]) => [name, sorted(item)]);
}
