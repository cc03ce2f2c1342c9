import type { ChatLogRow } from './chat-log.schema.js';
import type { ChatState } from './chat-state.js';

/** Changes that are told in the chat itself: in a group they are messages too, which nobody has to read. */
const TOLD_KINDS: ReadonlySet<ChatLogRow['kind']> = new Set([
  'created',
  'members_added',
  'member_removed',
  'member_role',
  'info',
  'settings',
]);

/** What the place of a change makes of its row, on top of this state. */
export function placeOfChange(kind: ChatLogRow['kind'], state: ChatState): Partial<ChatLogRow> {
  const seq = state.seq + 1;
  if (state.type === 'direct' || !TOLD_KINDS.has(kind)) return { lastSeq: state.seq };
  return { seq, lastSeq: seq, type: 'system', text: '', isQuiet: true };
}
