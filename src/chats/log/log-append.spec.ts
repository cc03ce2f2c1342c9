import { describe, expect, it, vi } from 'vitest';

import { Clock } from '../../common/clock.js';
import { newObjectId } from '../../database/object-id.js';
import type { ChatLogRow } from './chat-log.schema.js';
import { type ChatRosterEntry, ChatState } from './chat-state.js';
import { LogAppend, type Settler } from './log-append.js';

const CHAT = newObjectId().toHexString();

/** A group at this `rev` with these members. */
function stateAt(rev: number, ...userIds: string[]): ChatState {
  const joinedAt = new Date();
  const roster = userIds.map((userId): [string, ChatRosterEntry] => [
    userId,
    { userId, role: 'member', joinedAt },
  ]);
  return new ChatState(CHAT, 'group', rev, rev, new Map(roster), joinedAt);
}

function setUp() {
  const told: [number, readonly string[]][] = [];
  const settler: Settler = {
    clock: new Clock(),
    rowStored: ({ audience }, { rev }) => void told.push([rev, audience]),
    nothingStored: () => undefined,
  };
  const resolve = vi.fn<(result: unknown) => void>();
  const draft = () => ({ kind: 'message' as const, senderId: newObjectId() });
  const append = new LogAppend({ chatId: CHAT, draft }, settler, resolve, () => undefined);
  return { append, told, resolve };
}

describe('LogAppend', () => {
  it('should tell the members at the place that it has got', () => {
    const { append, told } = setUp();
    append.draft(stateAt(4, 'ann', 'bob'));

    append.stored(append.draft(stateAt(5, 'ann', 'bob', 'cat')));

    expect(told).toEqual([[6, ['ann', 'bob', 'cat']]]);
  });

  it('should tell nobody who came behind its place, where it had that from a try whose answer was lost', () => {
    const { append, told } = setUp();
    const first = append.draft(stateAt(4, 'ann', 'bob')) as ChatLogRow;
    append.draft(stateAt(6, 'ann', 'bob', 'cat'));

    append.alreadyStored(first);

    expect(told).toEqual([[5, ['ann', 'bob']]]);
  });

  it('should tell nobody of what another send with its id has stored', () => {
    const { append, told, resolve } = setUp();
    const row = append.draft(stateAt(4, 'ann', 'bob')) as ChatLogRow;
    const ofOther = Object.assign({}, row, { _id: newObjectId() });

    append.alreadyStored(ofOther);

    expect(told).toEqual([]);
    expect(resolve).toHaveBeenCalledWith({ row: ofOther, isNew: false });
  });
});
