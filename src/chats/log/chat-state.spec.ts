import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';

import type { ChatLogRow } from './chat-log.schema.js';
import { DEFAULT_SETTINGS, NO_INFO } from './chat-profile.js';
import { type ChatRole, ChatState } from './chat-state.js';

const CREATED_AT = new Date('2026-01-01T00:00:00Z');
const LATER = new Date('2026-01-02T00:00:00Z');

const ids = {
  ann: '0'.repeat(23) + 'a',
  bob: '0'.repeat(23) + 'b',
  cat: '0'.repeat(23) + 'c',
  dan: '0'.repeat(23) + 'd',
};
type Name = keyof typeof ids;
const id = (name: Name) => Types.ObjectId.createFromHexString(ids[name]);
const people = (roles: Partial<Record<Name, ChatRole>>) =>
  Object.entries(roles).map(([name, role]) => ({ userId: id(name as Name), role }));

type Change = Partial<
  Pick<
    ChatLogRow,
    | 'kind'
    | 'seq'
    | 'lastSeq'
    | 'members'
    | 'removedId'
    | 'newOwnerId'
    | 'info'
    | 'settings'
    | 'messageId'
    | 'change'
  >
>;

const rowAt = (rev: number, change: Change): ChatLogRow => ({
  _id: new Types.ObjectId(),
  chatId: new Types.ObjectId(),
  rev,
  kind: 'message',
  senderId: id('ann'),
  createdAt: rev === 1 ? CREATED_AT : LATER,
  ...change,
});

const CREATED: Change = {
  kind: 'created',
  lastSeq: 0,
  members: people({ ann: 'owner', bob: 'admin', cat: 'member' }),
};

function stateAfter(...changes: Change[]): ChatState {
  const state = new ChatState('chat', 'group', 0, 0, new Map(), CREATED_AT);
  for (const [i, change] of changes.entries()) state.apply(rowAt(i + 1, change));
  return state;
}

const rolesOf = (state: ChatState) =>
  Object.fromEntries(
    Object.entries(ids).flatMap(([name, userId]) => {
      const role = state.roleOf(userId);
      return role ? [[name, role]] : [];
    }),
  );

describe('ChatState', () => {
  const table: { name: string; changes: Change[]; seq: number; roles: Record<string, ChatRole> }[] = [
    { name: 'nothing', changes: [], seq: 0, roles: {} },
    { name: 'a new group', changes: [CREATED], seq: 0, roles: { ann: 'owner', bob: 'admin', cat: 'member' } },
    {
      name: 'messages',
      changes: [CREATED, { seq: 1 }, { seq: 2 }],
      seq: 2,
      roles: { ann: 'owner', bob: 'admin', cat: 'member' },
    },
    {
      name: 'somebody added between messages',
      changes: [
        CREATED,
        { seq: 1 },
        { kind: 'members_added', lastSeq: 1, members: people({ dan: 'member' }) },
        { seq: 2 },
      ],
      seq: 2,
      roles: { ann: 'owner', bob: 'admin', cat: 'member', dan: 'member' },
    },
    {
      name: 'somebody removed',
      changes: [CREATED, { seq: 1 }, { kind: 'member_removed', lastSeq: 1, removedId: id('cat') }],
      seq: 1,
      roles: { ann: 'owner', bob: 'admin' },
    },
    {
      name: 'an owner who left',
      changes: [CREATED, { kind: 'member_removed', lastSeq: 0, removedId: id('ann'), newOwnerId: id('bob') }],
      seq: 0,
      roles: { bob: 'owner', cat: 'member' },
    },
    {
      name: 'a group handed over',
      changes: [
        CREATED,
        { kind: 'member_role', lastSeq: 0, members: people({ cat: 'owner', ann: 'admin' }) },
      ],
      seq: 0,
      roles: { ann: 'admin', bob: 'admin', cat: 'owner' },
    },
    {
      name: 'everybody gone',
      changes: [
        { kind: 'created', lastSeq: 0, members: people({ ann: 'owner' }) },
        { kind: 'member_removed', lastSeq: 0, removedId: id('ann') },
      ],
      seq: 0,
      roles: {},
    },
  ];

  for (const { name, changes, seq, roles } of table) {
    it(`should add up ${name}`, () => {
      const state = stateAfter(...changes);

      expect(rolesOf(state)).toEqual(roles);
      expect(state).toMatchObject({ rev: changes.length, seq, memberCount: Object.keys(roles).length });
      expect(state.audience.toSorted()).toEqual(
        Object.keys(roles)
          .map((one) => ids[one as Name])
          .toSorted(),
      );
    });
  }

  it('should keep when somebody joined through a change of role, and start anew when they come back', () => {
    const role: Change = { kind: 'member_role', lastSeq: 0, members: people({ cat: 'admin' }) };
    const out: Change = { kind: 'member_removed', lastSeq: 0, removedId: id('cat') };
    const back: Change = { kind: 'members_added', lastSeq: 0, members: people({ cat: 'member' }) };
    const joinedAt = (state: ChatState) => state.members.find(({ userId }) => userId === ids.cat)?.joinedAt;

    expect(joinedAt(stateAfter(CREATED, role))).toEqual(CREATED_AT);
    expect(joinedAt(stateAfter(CREATED, out, back))).toEqual(LATER);
    expect(stateAfter(CREATED, out, back).members.at(-1)?.userId).toBe(ids.cat);
  });

  it('should keep the latest title and settings, and leave those handed out as they were', () => {
    const state = stateAfter({ ...CREATED, info: { ...NO_INFO, title: 'first' } });
    const before = state.profile;

    state.apply(rowAt(2, { kind: 'info', seq: 1, lastSeq: 1, info: { ...NO_INFO, title: 'second' } }));
    const settings = { ...DEFAULT_SETTINGS, send: 'admins' as const };
    state.apply(rowAt(3, { kind: 'settings', seq: 2, lastSeq: 2, settings }));

    expect(before).toEqual({ info: { ...NO_INFO, title: 'first' }, settings: DEFAULT_SETTINGS });
    expect(state).toMatchObject({ rev: 3, seq: 2, profile: { info: { title: 'second' }, settings } });
  });

  const heirs: { roles: Partial<Record<Name, ChatRole>>; heir: Name | null }[] = [
    { roles: { ann: 'owner', bob: 'member', cat: 'admin' }, heir: 'cat' },
    { roles: { ann: 'owner', bob: 'admin', cat: 'admin' }, heir: 'bob' },
    { roles: { ann: 'owner', bob: 'member', cat: 'member' }, heir: 'bob' },
    { roles: { ann: 'owner' }, heir: null },
  ];

  for (const { roles, heir } of heirs) {
    it(`should name ${heir ?? 'nobody'} the heir of ${JSON.stringify(roles)}`, () => {
      const state = stateAfter({ kind: 'created', lastSeq: 0, members: people(roles) });

      expect(state.heirOf(ids.ann)).toBe(heir && ids[heir]);
    });
  }

  it('should not change an audience that was handed out', () => {
    const state = stateAfter(CREATED);
    const { audience } = state;
    state.apply(rowAt(2, { seq: 1 }));
    expect(state.audience).toBe(audience);
    expect(Object.isFrozen(audience)).toBe(true);

    state.apply(rowAt(3, { kind: 'member_removed', lastSeq: 1, removedId: id('cat') }));

    expect(audience).toContain(ids.cat);
    expect(state.audience).not.toContain(ids.cat);
  });

  const messages = Array.from({ length: 600 }, () => new Types.ObjectId());
  const changeOf = (n: number, change: ChatLogRow['change']): Change => ({
    kind: 'message_changed',
    lastSeq: 1,
    messageId: messages[n],
    change,
  });
  const hex = (n: number) => messages[n]?.toHexString() ?? '';

  it('should know which messages are pinned, and leave everything else as it was', () => {
    const on = (n: number) => changeOf(n, { type: 'pinned', isPinned: true });
    const state = stateAfter(CREATED, { seq: 1 }, on(0), on(1), on(2), changeOf(3, { type: 'deleted' }));
    const { audience } = state;

    state.apply(rowAt(7, changeOf(0, { type: 'pinned', isPinned: false })));
    state.apply(rowAt(8, changeOf(1, { type: 'deleted' })));

    expect([0, 1, 2].map((n) => state.isPinned(hex(n)))).toEqual([false, false, true]);
    expect(state.pinCount(new Date(0))).toBe(1);
    expect(state).toMatchObject({ rev: 8, seq: 1, memberCount: 3 });
    expect(state.audience).toBe(audience);
  });

  it('should know which messages changed since, and say so where it has forgotten', () => {
    const edited = { type: 'edited', text: 'x' } as const;
    const state = stateAfter(
      CREATED,
      { seq: 1 },
      changeOf(0, edited),
      changeOf(1, edited),
      changeOf(0, edited),
    );

    expect([2, 3, 4, 5].map((rev) => state.mayHaveChanged(hex(0), rev))).toEqual([true, true, true, false]);
    expect([3, 4].map((rev) => state.mayHaveChanged(hex(1), rev))).toEqual([true, false]);
    expect(state.mayHaveChanged(hex(2), 0)).toBe(false);

    for (let n = 2; n < 600; n += 1) state.apply(rowAt(state.rev + 1, changeOf(n, edited)));

    expect(state.mayHaveChanged(new Types.ObjectId().toHexString(), 5)).toBe(true);
    expect(state.mayHaveChanged(hex(0), state.rev)).toBe(false);
    expect(state.mayHaveChanged(hex(599), state.rev - 1)).toBe(true);
  });
});
