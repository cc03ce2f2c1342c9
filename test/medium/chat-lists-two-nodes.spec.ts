import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { ChatPageView, ChatView } from '../../src/chats/chat.view.js';
import { DomainEvents } from '../../src/events/domain-events.js';
import { createTestApp, databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';
import { SeededRandom } from '../support/seeded-random.js';

/** No event goes from one to the other: what a node remembers has to be found wrong by itself. */
describe('chat lists of two nodes that hear nothing of each other', () => {
  const settings = {
    MONGODB_URI: databaseUri(`two_lists_${randomBytes(4).toString('hex')}`),
    JWT_SECRET: randomBytes(32).toString('hex'),
    RATE_LIMITS: 'off',
  };
  let a: TestApp;
  let b: TestApp;
  const newcomers: TestApp[] = [];

  beforeAll(async () => {
    a = await createTestApp(settings);
    b = await createTestApp(settings);
  });

  afterAll(async () => {
    await a.connection.dropDatabase();
    await Promise.all([a, b, ...newcomers].map((node) => node.close()));
  });

  const page = async (node: TestApp, user: TestUser, query = '') =>
    (await node.http.get(`/api/chats${query}`).set(user.auth).expect(200)).body as ChatPageView;
  /** Whatever their order, which lags on another node. */
  const chatsOf = async (node: TestApp, user: TestUser): Promise<ChatView[]> =>
    (await page(node, user)).items.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const send = (node: TestApp, user: TestUser, chatId: string) => {
    const clientMessageId = randomBytes(6).toString('hex');
    return node.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId, text: 'x' })
      .expect(201);
  };

  it.each(SeededRandom.seeds(2))(
    'should be the same on both, and on one that has just come (SEED=%i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const users = (await a.users(3)) as [TestUser, TestUser, TestUser];
      const [ann, bob, cat] = users;
      const groups = [await a.group(ann, [bob, cat]), await b.group(ann, [bob])];
      const direct = await a.directChat(ann, bob);
      let count = 0;
      const acts: ((node: TestApp) => Promise<unknown>)[] = [
        (node) => send(node, ann, random.pick([...groups, direct])),
        (node) => send(node, ann, random.pick([...groups, direct])),
        (node) =>
          node.http
            .patch(`/api/chats/${random.pick(groups)}`)
            .set(ann.auth)
            .send({ title: `title ${(count += 1)}`, description: random.chance(0.5) ? 'words' : '' }),
        (node) =>
          node.http
            .patch(`/api/chats/${random.pick(groups)}`)
            .set(ann.auth)
            .send({ settings: { historyForNew: random.chance(0.5), editInfo: 'admins' } }),
        (node) => node.http.delete(`/api/chats/${random.pick(groups)}/members/${bob.id}`).set(ann.auth),
        (node) =>
          node.http
            .post(`/api/chats/${random.pick(groups)}/members`)
            .set(ann.auth)
            .send({ userIds: [bob.id, cat.id] }),
        (node) =>
          node.http
            .patch(`/api/chats/${random.pick(groups)}/members/${bob.id}`)
            .set(ann.auth)
            .send({ role: random.pick(['admin', 'member']) }),
        (node) =>
          node.http
            .patch(`/api/chats/${random.pick([...groups, direct])}/me`)
            .set(bob.auth)
            .send({ pinned: random.chance(0.5), archived: random.chance(0.5) }),
        (node) => node.http.post(`/api/chats/${random.pick([...groups, direct])}/clear`).set(bob.auth),
        (node) => node.http.post(`/api/chats/${random.pick([...groups, direct])}/unread`).set(bob.auth),
        (node) => node.http.delete(`/api/chats/${random.pick([...groups, direct])}/me`).set(bob.auth),
      ];

      for (let step = 0; step < 40; step += 1) {
        await random.pick(acts)(random.pick([a, b]));
        const user = random.pick(users);
        expect(await chatsOf(a, user)).toEqual(await chatsOf(b, user));
      }

      const fresh = await createTestApp(settings);
      newcomers.push(fresh);
      for (const user of users) expect(await chatsOf(a, user)).toEqual(await chatsOf(fresh, user));
    },
    60_000,
  );

  it('should read neither chats nor memberships again where nothing has changed', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    await send(a, bob, await a.directChat(ann, bob));
    const first = await page(a, ann);
    // Until the send is worked into the place of the chat and into the search.
    await vi.waitUntil(async () => (await queriedCollections(a.connection, () => page(a, ann))).length <= 5, {
      timeout: 10_000,
      interval: 100,
    });

    const asked = await queriedCollections(a.connection, async () => {
      expect(await page(a, ann)).toEqual(first);
    });

    expect(asked).not.toContain('chats');
    expect(asked.filter((name) => name === 'chat_members')).toHaveLength(1);
    expect(asked.filter((name) => name === 'messages')).toHaveLength(1);
  });

  it('should be in the order that another node tells of, or that is stored where its news may be lost', async () => {
    const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
    const chatIds = [await a.directChat(ann, bob), await a.directChat(ann, cat)] as const;
    const firstOf = async (node: TestApp) => (await page(node, ann, '?limit=1')).items[0]?.id;
    const writers = { [chatIds[0]]: bob, [chatIds[1]]: cat };
    const write = async (chatId: string) => {
      await send(a, writers[chatId] as TestUser, chatId);
      await vi.waitUntil(async () => (await firstOf(a)) === chatId, { timeout: 10_000, interval: 20 });
    };
    for (const chatId of chatIds) await write(chatId);
    expect(await firstOf(b)).toBe(chatIds[1]);
    const events = b.app.get(DomainEvents);

    await write(chatIds[0]);
    expect(await firstOf(b)).toBe(chatIds[1]);
    const lastActivityAt = new Date(a.clock.nowMs() + 1);
    events.arrived('chats.moved', { chats: [{ chatId: chatIds[0], lastActivityAt }] });
    expect(await firstOf(b)).toBe(chatIds[0]);

    await write(chatIds[1]);
    events.missed();
    expect(await firstOf(b)).toBe(chatIds[1]);
  });
});
