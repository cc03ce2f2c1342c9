import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChatLogRepository } from '../../src/chats/log/chat-log.repository.js';
import { ChatLogStore } from '../../src/chats/log/chat-log.store.js';
import { ChatLog } from '../../src/chats/log/chat-log.service.js';
import { newObjectId, toObjectId } from '../../src/database/object-id.js';
import { BlocksRepository } from '../../src/users/blocks.repository.js';
import { PrivacyService } from '../../src/users/privacy.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';

const OTHERS = 12;

describe('many chats that nobody has used since the start', () => {
  let app: TestApp;
  let ann: TestUser;
  let others: TestUser[];
  let direct: string[];
  let group: string;

  beforeAll(async () => {
    app = await createTestApp();
    [ann, ...others] = (await app.users(OTHERS + 1)) as [TestUser, ...TestUser[]];
    direct = await Promise.all(others.map((other) => app.directChat(ann, other)));
    group = await app.group(ann, others);
  });

  afterAll(() => app.close());

  const loadAll = (chatIds: string[]) =>
    Promise.allSettled(chatIds.map((chatId) => app.app.get(ChatLogStore).load(chatId)));

  it('should be read by as many queries as one of them', async () => {
    const one = await queriedCollections(app.connection, () => loadAll([group]));
    const all = await queriedCollections(app.connection, () => loadAll([...direct, group]));

    expect(one.toSorted()).toEqual(['chat_members', 'chats', 'messages', 'messages']);
    expect(all.toSorted()).toEqual(one.toSorted());
  });

  it('should each have their own state, and one that does not exist none', async () => {
    const [none, last, ...rest] = await loadAll([newObjectId().toHexString(), group, ...direct]);

    expect(none?.status).toBe('rejected');
    expect(last?.status === 'fulfilled' && [...last.value.audience].toSorted()).toEqual(
      [ann, ...others].map(({ id }) => id).toSorted(),
    );
    const audiences = rest.map((one) => one.status === 'fulfilled' && [...one.value.audience].toSorted());
    expect(audiences).toEqual(others.map(({ id }) => [ann.id, id].toSorted()));
  });

  it('should share nothing with who asks for the same chat at that time', async () => {
    const [chatId = ''] = direct;
    const [one, other] = await Promise.all([0, 1].map(() => app.app.get(ChatLogStore).load(chatId)));

    expect(one).toEqual(other);
    expect(one).not.toBe(other);
  });

  it('should hold a removal that a crash kept out of the memberships, among others that hold all', async () => {
    const [removed] = others as [TestUser];
    const before = await app.app.get(ChatLogStore).load(group);
    const now = new Date();
    await app.app.get(ChatLogRepository).insertInOrder([
      {
        _id: newObjectId(),
        chatId: toObjectId(group),
        rev: before.rev + 1,
        lastSeq: before.seq,
        kind: 'member_removed',
        senderId: toObjectId(ann.id),
        removedId: toObjectId(removed.id),
        memberCount: before.memberCount - 1,
        createdAt: now,
      },
    ]);

    const [after, ...rest] = await loadAll([group, ...direct]);

    expect(after?.status === 'fulfilled' && [after.value.rev, after.value.has(removed.id)]).toEqual([
      before.rev + 1,
      false,
    ]);
    expect(rest.every(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('should share the queries for who may write to whom, and keep out who is blocked', async () => {
    const [blocker, ...rest] = others as [TestUser, ...TestUser[]];
    await app.http.put(`/api/blocks/${ann.id}`).set(blocker.auth).expect(204);
    app.app.get(ChatLog).outdated(null);
    const phone = await app.connectAs(ann);
    const acks: { ok: boolean }[] = [];

    const queried = await queriedCollections(app.connection, async () => {
      const sends = direct.map((chatId) =>
        phone.send('new_message', { chatId, clientMessageId: randomUUID(), text: 'x' }),
      );
      acks.push(...(await Promise.all(sends)));
    });

    expect(acks.map(({ ok }) => ok)).toEqual([false, ...rest.map(() => true)]);
    // Those of the one refusal are asked alone.
    expect(queried.filter((name) => name === 'users' || name === 'blocks').length).toBeLessThan(OTHERS);
  });

  it('should tell the blocks that many ask about at a time apart', async () => {
    const [blocked, ...admitted] = others.slice(1) as [TestUser, TestUser, ...TestUser[]];
    await app.http.put(`/api/blocks/${blocked.id}`).set(admitted[0].auth).expect(204);
    const nobody = () => newObjectId().toHexString();
    const strangers = Array.from({ length: 150 }, (): [string, string] => [nobody(), nobody()]);
    const privacy = app.app.get(PrivacyService);

    const found = await app.app
      .get(BlocksRepository)
      .findWithin([...strangers, [blocked.id, admitted[0].id]]);
    const may = await Promise.all(
      [
        [blocked.id, admitted[0].id],
        [ann.id, admitted[0].id],
        [blocked.id, ann.id],
      ].map(([viewer = '', owner = '']) => privacy.may(viewer, owner, 'messages')),
    );

    expect([...found]).toEqual([admitted[0].id + blocked.id]);
    expect(may).toEqual([false, true, true]);
  });
});
