import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChatMembersRepository } from '../../src/chats/chat-members.repository.js';
import type { ChatLogRow } from '../../src/chats/log/chat-log.schema.js';
import { MemberChangesRepository } from '../../src/chats/log/member-changes.repository.js';
import { Memberships } from '../../src/chats/memberships.service.js';
import { PreferencesRepository } from '../../src/chats/preferences.repository.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

interface Stage {
  members: ChatMembersRepository;
  preferences: PreferencesRepository;
  chatId: string;
  userId: string;
  project: (kind: ChatLogRow['kind'], more: Partial<ChatLogRow>) => Promise<void>;
  seat: { chatId: string; userId: string };
}

const userOf = ({ userId }: Stage) => new Types.ObjectId(userId);

/** By `Repository.method`, in an order in which each has something to write. */
const WRITES: [name: string, write: (stage: Stage) => Promise<unknown>][] = [
  ['members.deleteForMe', ({ members, chatId, userId }) => members.deleteForMe(chatId, userId, 2)],
  ['members.noteStars', ({ members, chatId, userId }) => members.noteStars(chatId, userId)],
  ['members.hide', ({ members, chatId, userId }) => members.hide(chatId, userId, 0)],
  ['members.unhideEmpty', ({ members, chatId, userId }) => members.unhideEmpty([chatId], userId)],
  ['members.hide again', ({ members, chatId, userId }) => members.hide(chatId, userId, 0)],
  ['members.unhideEmpty of all', ({ members, chatId }) => members.unhideEmpty([chatId])],
  ['preferences.set', ({ preferences, seat }) => preferences.set(seat, { isPinned: true })],
  ['preferences.markUnread', ({ preferences, seat }) => preferences.markUnread(seat, 0)],
  ['preferences.unmark', ({ preferences, seat }) => preferences.unmark(seat)],
  ['preferences.clear', ({ preferences, seat }) => preferences.clear(seat, 3)],
  ['preferences.removeAllOf', ({ preferences, userId }) => preferences.removeAllOf(userId)],
  [
    'changes.project of a role',
    (stage) => stage.project('member_role', { members: [{ userId: userOf(stage), role: 'admin' }] }),
  ],
  ['changes.project of a heir', (stage) => stage.project('member_removed', { newOwnerId: userOf(stage) })],
  ['changes.project of a leaving', (stage) => stage.project('member_removed', { removedId: userOf(stage) })],
  [
    'changes.project of a return',
    (stage) => stage.project('members_added', { members: [{ userId: userOf(stage), role: 'member' }] }),
  ],
];

describe('writes of a membership', () => {
  let app: TestApp;
  let stage: Stage;
  let memberships: Memberships;

  beforeAll(async () => {
    app = await createTestApp();
    memberships = app.app.get(Memberships);
    const [chatId, userId] = [new Types.ObjectId(), new Types.ObjectId().toHexString()];
    const members = app.app.get(ChatMembersRepository);
    const changes = app.app.get(MemberChangesRepository);
    let rev = 0;
    const project: Stage['project'] = (kind, more) => {
      rev += 1;
      const place = { _id: new Types.ObjectId(), chatId, rev, seq: rev, lastSeq: rev };
      const row = { ...place, kind, senderId: new Types.ObjectId(), createdAt: new Date(rev), ...more };
      return changes.project(row, 'group');
    };
    const seat = { chatId: chatId.toHexString(), userId };
    stage = { members, preferences: app.app.get(PreferencesRepository), ...seat, project, seat };
    await project('members_added', { members: [{ userId: new Types.ObjectId(userId), role: 'member' }] });
  });

  afterAll(() => app.close());

  it.each(WRITES)('should show to who remembers the memberships: %s', async (_, write) => {
    const before = await memberships.of(stage.userId);
    expect(await memberships.of(stage.userId)).toBe(before);

    await write(stage);

    const after = await memberships.of(stage.userId);
    expect(after).not.toEqual(before);
    expect(after).toEqual((await stage.members.findByUser(stage.userId)).all);
  });

  it('should show a first chat', async () => {
    const userId = new Types.ObjectId();
    expect(await memberships.of(userId.toHexString())).toEqual([]);

    await stage.project('members_added', { members: [{ userId, role: 'member' }] });

    expect(await memberships.of(userId.toHexString())).toHaveLength(1);
  });

  it('should be all that repositories have', () => {
    const writers = Object.entries({
      members: ChatMembersRepository,
      changes: MemberChangesRepository,
      preferences: PreferencesRepository,
    });
    const methods = writers.flatMap(([name, { prototype }]) =>
      Object.getOwnPropertyNames(prototype)
        .filter((method) => !/^(constructor|find\w*|project[A-Z]\w*|setRole|rows)$/.test(method))
        .map((method) => `${name}.${method}`),
    );

    expect(new Set(WRITES.map(([name]) => name.split(' ')[0]))).toEqual(new Set(methods));
  });
});
