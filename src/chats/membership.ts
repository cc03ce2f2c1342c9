import type { MemberSpan } from './chat-member.schema.js';
import type { Membership } from './chat-members.repository.js';
import type { SeqRange } from './log/chat-log.repository.js';
import type { ChatType } from './log/chat-state.js';

/** Which messages a member, or somebody who has left, may read: ascending, without overlaps. */
export function visibleStretches(membership: Membership): SeqRange[] {
  return stretches(membership, ({ fromSeq }) => fromSeq);
}

/** Of these, where messages of others are unread until they are read. */
export function unreadStretches(membership: Membership): SeqRange[] {
  return stretches(membership, ({ fromSeq, unreadFromSeq }) => unreadFromSeq ?? fromSeq);
}

function stretches(
  { spans, hiddenUpToSeq = 0, clearedUpToSeq = 0, deletedSeqs = [] }: Membership,
  startOf: (span: MemberSpan) => number,
): SeqRange[] {
  const gone = Math.max(hiddenUpToSeq, clearedUpToSeq);
  const whole = spans
    .map((span) => ({
      from: Math.max(startOf(span), gone + 1),
      to: span.toSeq ?? Number.MAX_SAFE_INTEGER,
    }))
    .filter(({ from, to }) => from <= to);
  const holes = deletedSeqs.filter((seq) => seq > gone).toSorted((a, b) => a - b);
  return holes.length > 0 ? whole.flatMap((stretch) => without(stretch, holes)) : whole;
}

function without({ from, to }: SeqRange, holes: number[]): SeqRange[] {
  const left: SeqRange[] = [];
  let next = from;
  for (const hole of holes) {
    if (hole < next || hole > to) continue;
    if (hole > next) left.push({ from: next, to: hole - 1 });
    next = hole + 1;
  }
  return next <= to ? [...left, { from: next, to }] : left;
}

/** Whether it was theirs to read before they deleted it for themselves. */
export function hasDeletedForMe({ deletedSeqs = [] }: Membership, seq: number): boolean {
  return deletedSeqs.includes(seq);
}

export function sees(membership: Membership, seq: number): boolean {
  return visibleStretches(membership).some(({ from, to }) => seq >= from && seq <= to);
}

/** `ranges` cut to what lies within `from` and `to`. */
export function within(ranges: SeqRange[], { from, to }: SeqRange): SeqRange[] {
  return ranges
    .map((stretch) => ({ from: Math.max(stretch.from, from), to: Math.min(stretch.to, to) }))
    .filter((stretch) => stretch.from <= stretch.to);
}

/** The last message up to `upToSeq` that is theirs to read; 0 when there is none. */
export function lastVisibleSeq(membership: Membership, upToSeq: number): number {
  return within(visibleStretches(membership), { from: 1, to: upToSeq }).at(-1)?.to ?? 0;
}

/** Up to which change the chat is theirs to know; without bound while they are in it. */
export function lastVisibleRev(membership: Membership): number {
  return membership.isActive ? Number.MAX_SAFE_INTEGER : (membership.spans.at(-1)?.toRev ?? 0);
}

/**
 * A chat of two that the user deleted, or that was opened behind their back, is on the list from its
 * next message on.
 */
export function isListed(
  membership: Membership | undefined,
  chat: { type: ChatType; lastSeq: number },
): boolean {
  return chat.type === 'group' || chat.lastSeq > (membership?.hiddenUpToSeq ?? -1);
}

/** Somebody who left and then deleted the chat: for them it is no more. */
export function isGone({ isActive, hiddenUpToSeq, spans }: Membership): boolean {
  return !isActive && hiddenUpToSeq !== undefined && hiddenUpToSeq >= (spans.at(-1)?.toSeq ?? 0);
}
