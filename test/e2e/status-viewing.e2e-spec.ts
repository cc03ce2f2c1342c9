import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { post, save, type StatusPeople, statusPeople } from '../support/status-people.js';
import type { TestSocket } from '../support/test-socket.js';

describe('looking at a status', () => {
  let app: TestApp;
  let people: StatusPeople;
  let sockets: TestSocket[];
  let id: string;

  beforeAll(async () => {
    app = await createTestApp();
    people = await statusPeople(app);
    const { annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone } = people;
    sockets = [annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone];
  });

  beforeEach(async () => {
    ({ id } = await post(app, people.ann));
    await settle();
    for (const socket of sockets) socket.forget();
  });

  afterAll(() => app.close());

  const settle = () => Promise.all(sockets.map((socket) => socket.settle()));
  const asked = (user: TestUser, path: string) => app.http.get(`/api/status/${path}`).set(user.auth);
  const viewersOf = async (author: TestUser, query = '') =>
    (await asked(author, `${id}/viewers${query}`).expect(200)).body;
  const viewCount = async (author: TestUser) =>
    (await asked(author, 'mine').expect(200)).body.items.find((status: any) => status.id === id).viewCount;
  const receipts = (user: TestUser, readReceipts: boolean) =>
    app.http.patch('/api/users/me/privacy').set(user.auth).send({ readReceipts }).expect(200);

  it('should tell the author’s devices once, and nobody else', async () => {
    const { ann, bob, annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone } = people;

    await bobPhone.ok('view_status', { statusId: id });
    await app.http.post(`/api/status/${id}/view`).set(bob.auth).expect(204);
    await annLaptop.ok('view_status', { statusId: id });

    await settle();
    for (const own of [annPhone, annLaptop]) {
      expect(own.heard).toEqual([
        { event: 'status_viewed', payload: { statusId: id, userId: bob.id, at: expect.any(String) } },
      ]);
    }
    for (const other of [bobPhone, cleoPhone, malloryPhone, evePhone]) expect(other.heard).toEqual([]);
    const { items } = await viewersOf(ann);
    expect(items).toEqual([{ userId: bob.id, viewedAt: annPhone.all('status_viewed')[0].at }]);
    expect(await viewCount(ann)).toBe(1);
  });

  it('should count two looks at the same moment once', async () => {
    const { ann, bob, annPhone } = people;

    await Promise.all(
      Array.from({ length: 8 }, () => app.http.post(`/api/status/${id}/view`).set(bob.auth).expect(204)),
    );

    await settle();
    expect(annPhone.all('status_viewed')).toHaveLength(1);
    expect(await viewCount(ann)).toBe(1);
  });

  it('should be exactly as if it did not exist for whoever is outside of the audience', async () => {
    const { bob, mallory, eve, evePhone } = people;
    const missing = 'f'.repeat(24);
    const { body: never } = await app.http.post(`/api/status/${missing}/view`).set(bob.auth).expect(404);
    const calls = (user: TestUser, statusId: string) => [
      app.http.post(`/api/status/${statusId}/view`).set(user.auth),
      app.http.get(`/api/status/${statusId}/viewers`).set(user.auth),
      app.http.put(`/api/status/${statusId}/reaction`).set(user.auth).send({ emoji: '👍' }),
      app.http.delete(`/api/status/${statusId}/reaction`).set(user.auth),
      app.http
        .post(`/api/status/${statusId}/reply`)
        .set(user.auth)
        .send({ clientMessageId: 'x', text: 'hi' }),
      app.http.delete(`/api/status/${statusId}`).set(user.auth),
    ];

    for (const [user, statusId] of [
      [eve, id],
      [mallory, id],
      [bob, missing],
    ] as const) {
      for (const { status, body } of await Promise.all(calls(user, statusId))) {
        expect([status, body]).toEqual([404, never]);
      }
    }
    await app.http.get(`/api/status/${id}/viewers`).set(bob.auth).expect(404);
    await evePhone.refusal('NOT_FOUND', 'view_status', { statusId: id });
    await evePhone.refusal('VALIDATION', 'view_status', { statusId: 'x' });
    await settle();
    for (const socket of sockets) expect(socket.heard).toEqual([]);
    expect((await app.http.get('/api/chats').set(eve.auth).expect(200)).body.items).toEqual([]);
  });

  it('should keep a look to the viewer whose read receipts are off, also afterwards', async () => {
    const { ann, bob, annPhone } = people;
    await receipts(bob, false);

    await app.http.post(`/api/status/${id}/view`).set(bob.auth).expect(204);
    await receipts(bob, true);
    await app.http.post(`/api/status/${id}/view`).set(bob.auth).expect(204);

    await settle();
    expect(annPhone.all('status_viewed')).toEqual([]);
    expect((await viewersOf(ann)).items).toEqual([]);
    expect(await viewCount(ann)).toBe(0);
    const { body } = await app.http.get('/api/status').set(bob.auth).expect(200);
    const own = body.items[0].statuses.find((status: any) => status.id === id);
    expect(own.viewed).toBe(true);
  });

  it('should show no viewers to an author whose read receipts are off, but who reacted', async () => {
    const { ann, bob, cleo, annPhone } = people;
    await app.http.post(`/api/status/${id}/view`).set(bob.auth).expect(204);
    await receipts(ann, false);

    await app.http.post(`/api/status/${id}/view`).set(cleo.auth).expect(204);

    expect((await viewersOf(ann)).items).toEqual([]);
    expect(await viewCount(ann)).toBe(0);
    await app.http.put(`/api/status/${id}/reaction`).set(cleo.auth).send({ emoji: '🎉' }).expect(204);
    expect((await viewersOf(ann)).items).toMatchObject([{ userId: cleo.id, emoji: '🎉' }]);
    await receipts(ann, true);
    await settle();
    expect(annPhone.all('status_viewed').map(({ userId }) => userId)).toEqual([bob.id]);
    expect((await viewersOf(ann)).items.map(({ userId }: any) => userId)).toEqual([cleo.id, bob.id]);
  });

  it('should tell a reaction to the author alone, once per change', async () => {
    const { ann, bob, annPhone, annLaptop, bobPhone, cleoPhone, evePhone } = people;
    const react = (emoji: unknown) =>
      app.http.put(`/api/status/${id}/reaction`).set(bob.auth).send({ emoji });
    const unreact = () => app.http.delete(`/api/status/${id}/reaction`).set(bob.auth).expect(204);

    await react('❤').expect(204);
    await react('❤️').expect(204);
    await react('👍🏽').expect(204);
    expect((await viewersOf(ann)).items).toMatchObject([{ userId: bob.id, emoji: '👍🏽' }]);
    await unreact();
    await unreact();

    await settle();
    for (const own of [annPhone, annLaptop]) {
      expect(own.all('status_reaction').map(({ emoji }) => emoji)).toEqual(['❤️', '👍🏽', null]);
      expect(own.all('status_viewed')).toHaveLength(1);
    }
    for (const other of [bobPhone, cleoPhone, evePhone]) expect(other.heard).toEqual([]);
    expect((await viewersOf(ann)).items).toEqual([{ userId: bob.id, viewedAt: expect.any(String) }]);
    for (const bad of ['', 'x', '👍👍', 7, null]) expect((await react(bad)).status).toBe(400);
    await app.http.put(`/api/status/${id}/reaction`).set(ann.auth).send({ emoji: '👍' }).expect(403);
  });

  it('should list a viewer of no receipts only as long as their reaction stands', async () => {
    const { ann, bob } = people;
    await receipts(bob, false);
    await app.http.put(`/api/status/${id}/reaction`).set(bob.auth).send({ emoji: '👍' }).expect(204);
    expect((await viewersOf(ann)).items).toMatchObject([{ userId: bob.id, emoji: '👍' }]);

    await app.http.delete(`/api/status/${id}/reaction`).set(bob.auth).expect(204);

    expect((await viewersOf(ann)).items).toEqual([]);
    await receipts(bob, true);
  });

  it('should page the viewers, latest first', async () => {
    const { ann } = people;
    const others = await app.users(5);
    for (const other of others) {
      await save(app, ann, other);
      await app.http.post(`/api/status/${id}/view`).set(other.auth).expect(204);
    }

    const first = await viewersOf(ann, '?limit=3');
    const second = await viewersOf(ann, `?limit=3&cursor=${first.nextCursor}`);

    const listed = [...first.items, ...second.items].map(({ userId }) => userId);
    expect(listed).toEqual(others.map((other) => other.id).toReversed());
    expect(second.nextCursor).toBeNull();
    await asked(ann, `${id}/viewers?cursor=nonsense`).expect(400);
  });

  it('should reply in the direct chat with the author, once, quoting the status', async () => {
    const { ann, bob, annPhone, annLaptop, bobPhone, evePhone } = people;
    const reply = (text = 'lovely') =>
      app.http
        .post(`/api/status/${id}/reply`)
        .set(bob.auth)
        .send({ clientMessageId: `r-${id}`, text });

    const { body: message } = await reply().expect(201);
    const { body: again } = await reply().expect(200);

    expect(message).toMatchObject({
      senderId: bob.id,
      text: 'lovely',
      type: 'text',
      replyTo: { statusId: id, senderId: ann.id, type: 'text', text: 'at the sea' },
    });
    expect(again).toEqual(message);
    await reply('another').expect(409);
    for (const socket of [annPhone, annLaptop, bobPhone]) {
      expect(await socket.count('receive_message', 1)).toEqual([message]);
    }
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);
    const chat = await app.http.get(`/api/chats/${message.chatId}`).set(ann.auth).expect(200);
    expect(chat.body).toMatchObject({ type: 'direct', lastMessage: message });
    const other = await post(app, ann);
    await app.http
      .post(`/api/status/${other.id}/reply`)
      .set(bob.auth)
      .send({ clientMessageId: `r-${id}`, text: 'lovely' })
      .expect(409);
    await app.http
      .post(`/api/status/${id}/reply`)
      .set(ann.auth)
      .send({ clientMessageId: 'own', text: 'me' })
      .expect(403);
  });

  it('should answer the retry of a reply with the first message also when the status is gone', async () => {
    const { ann, bob, cleo } = people;
    const status = await post(app, ann);
    const reply = (user: TestUser, text = 'so nice') =>
      app.http.post(`/api/status/${status.id}/reply`).set(user.auth).send({ clientMessageId: 'late', text });
    const { body: message } = await reply(bob).expect(201);

    await app.http.delete(`/api/status/${status.id}`).set(ann.auth).expect(204);

    expect((await reply(bob).expect(200)).body).toEqual(message);
    await reply(bob, 'other').expect(409);
    await reply(cleo).expect(404);
  });

  it('should refuse a reply like any direct message, and leave no chat behind', async () => {
    const [author, reader] = (await app.users(2)) as [TestUser, TestUser];
    await save(app, author, reader);
    const accept = (level: string) =>
      app.http.patch('/api/users/me/privacy').set(author.auth).send({ messages: { level } }).expect(200);
    const reply = () =>
      app.http
        .post(`/api/status/${status.id}/reply`)
        .set(reader.auth)
        .send({ clientMessageId: 'first', text: 'hi' });
    const chats = async (user: TestUser) => (await app.http.get('/api/chats').set(user.auth)).body.items;
    const status = await post(app, author);
    await accept('nobody');

    const refused = await reply().expect(403);

    expect([await chats(reader), await chats(author)]).toEqual([[], []]);
    await accept('everyone');
    const { body: message } = await reply().expect(201);
    await accept('nobody');
    expect((await reply().expect(200)).body).toEqual(message);
    const direct = await app.http
      .post(`/api/chats/${message.chatId}/messages`)
      .set(reader.auth)
      .send({ clientMessageId: 'second', text: 'hi' })
      .expect(403);
    expect(direct.body).toEqual(refused.body);
  });
});
