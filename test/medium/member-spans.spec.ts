import { Types } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { ChatMembersRepository } from '../../src/chats/chat-members.repository.js';
import { MAX_SPANS, MemberChangesRepository } from '../../src/chats/log/member-changes.repository.js';
import type { ChatLogRow } from '../../src/chats/log/chat-log.schema.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

it('should keep the last stretches of who comes and goes again and again, and no more', async () => {
  const members = app.app.get(ChatMembersRepository);
  const changes = app.app.get(MemberChangesRepository);
  const [chatId, userId] = [new Types.ObjectId(), new Types.ObjectId()];
  const row = (rev: number, more: Partial<ChatLogRow>): ChatLogRow =>
    Object.assign(
      {
        _id: new Types.ObjectId(),
        chatId,
        rev,
        seq: rev,
        lastSeq: rev,
        senderId: userId,
        createdAt: new Date(0),
      },
      { kind: 'member_removed' as const, ...more },
    );
  const times = MAX_SPANS + 5;
  for (let n = 1; n <= times; n += 1) {
    const joining = row(2 * n, { kind: 'members_added', members: [{ userId, role: 'member' }] });
    await changes.project(joining, 'group');
    await changes.project(joining, 'group');
    if (n < times) await changes.project(row(2 * n + 1, { removedId: userId }), 'group');
  }

  const found = await members.find(chatId.toHexString(), userId.toHexString());

  expect(found).toMatchObject({ isActive: true });
  expect(found?.spans).toHaveLength(MAX_SPANS);
  expect(found?.spans[0]).toEqual({ fromSeq: 12, toSeq: 13, toRev: 13 });
  expect(found?.spans.at(-1)).toEqual({ fromSeq: 2 * times, toSeq: null, toRev: null });
});
