import type { KnownConnections } from './connections.service.js';

export const TRACE_REASONS = [
  'left_before',
  'joined_after',
  'left_since',
  'you_blocked',
  'hidden',
  'not_confirmed',
  'no_device',
  'not_known',
] as const;

/** Why nothing is known to have come. */
export type TraceReason = (typeof TRACE_REASONS)[number];

/** What the sender may know of a recipient's coming and going. */
export interface Sight {
  online: boolean;
  lastSeen: boolean;
}

export interface ConnectionTrace {
  /** Absent where it is not known, or not the sender's to know. */
  connectedWhenSent?: boolean;
  reason: TraceReason;
  /** Since when the reason holds, where that may be told. */
  since?: Date;
}

/** What a recipient's connections say of a message that they have not confirmed. */
export function traceConnections(
  { spans, since: keptSince }: KnownConnections,
  sentAt: Date,
  sight: Sight,
): ConnectionTrace {
  if (!sight.online) return { reason: 'hidden' };
  const wasConnected = spans.some(({ from, to }) => from <= sentAt && sentAt < to);
  if (wasConnected) return { connectedWhenSent: true, reason: 'not_confirmed' };
  const isKnown = sentAt >= keptSince;
  const when = isKnown && { connectedWhenSent: false };
  if (spans.some(({ from }) => from > sentAt)) return { ...when, reason: 'not_confirmed' };
  if (!isKnown) return { reason: 'not_known' };
  const last = Math.max(...spans.map(({ to }) => to.getTime()));
  const isTold = sight.lastSeen && spans.length > 0;
  return { ...when, reason: 'no_device', ...(isTold && { since: new Date(last) }) };
}
