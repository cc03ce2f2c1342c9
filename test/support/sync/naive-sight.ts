import type { MessageView } from '../../../src/messages/message.view.js';

interface Span {
  from: number;
  to: number;
  /** What is older was there when they joined. */
  unreadFrom: number;
}

/** What somebody did to a chat for themselves alone. */
export interface OwnDoing {
  /** Cleared, or deleted, up to here. */
  goneUpTo: number;
  deletedIds: Set<string>;
}

/**
 * Which messages of a chat somebody is to see, by the story that the chat tells one who was always in it:
 * without asking the server what it thinks.
 */
export function naiveSight(
  story: MessageView[],
  userId: string,
  isDirect: boolean,
  { goneUpTo, deletedIds }: OwnDoing,
) {
  const spans = isDirect ? [{ from: 1, to: Infinity, unreadFrom: 1 }] : spansOf(story, userId);
  const visible = story.filter(
    ({ id, seq }) =>
      seq > goneUpTo && !deletedIds.has(id) && spans.some(({ from, to }) => seq >= from && seq <= to),
  );
  const isNew = (seq: number) =>
    spans.some(({ from, to, unreadFrom }) => seq >= Math.max(from, unreadFrom) && seq <= to);
  return {
    seqs: visible.map(({ seq }) => seq),
    unreadBehind: (readSeq: number) =>
      visible.filter(
        ({ seq, senderId, type }) => seq > readSeq && senderId !== userId && type !== 'system' && isNew(seq),
      ).length,
  };
}

function spansOf(story: MessageView[], userId: string): Span[] {
  let spans: Span[] = [];
  let hasHistory = false;
  for (const { seq, senderId, system } of story) {
    const isNamed = system?.userIds?.includes(userId) ?? false;
    const opened = { from: seq, to: Infinity, unreadFrom: seq };
    if (system?.kind === 'group_created' && (isNamed || senderId === userId)) spans = [opened];
    if (system?.kind === 'member_added' && isNamed)
      spans = hasHistory ? [{ ...opened, from: 1 }] : [...spans, opened];
    if ((system?.kind === 'member_left' || system?.kind === 'member_removed') && isNamed)
      spans = spans.map((span, i) => (i === spans.length - 1 ? { ...span, to: seq } : span));
    hasHistory = system?.settings?.historyForNew ?? hasHistory;
  }
  return spans;
}
