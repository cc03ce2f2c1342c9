import { randomBytes } from 'node:crypto';

import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('groups on two nodes with one database', () => {
  let a: TestApp;
  let b: TestApp;

  beforeAll(async () => {
    const settings = {
      MONGODB_URI: databaseUri(`two_groups_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
      RATE_LIMITS: 'off',
    };
    a = await createTestApp(settings);
    b = await createTestApp(settings);
  });

  afterAll(async () => {
    await a.connection.dropDatabase();
    await Promise.all([a.close(), b.close()]);
  });

  const rows = (chatId: string) =>
    a.connection
      .collection('messages')
      .find({ chatId: new Types.ObjectId(chatId) })
      .sort({ rev: 1 })
      .toArray();
  const send = (node: TestApp, user: TestUser, chatId: string, clientMessageId: string) =>
    node.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId, text: clientMessageId });
  const patch = (node: TestApp, user: TestUser, chatId: string, body: object) =>
    node.http.patch(`/api/chats/${chatId}`).set(user.auth).send(body);

  it('should decide each send that races with "admins only" by its place in the log', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const chatId = await a.group(ann, [bob]);
    await send(b, bob, chatId, 'warm').expect(201);

    const [change, ...answers] = await Promise.all([
      patch(a, ann, chatId, { settings: { send: 'admins' } }),
      ...upTo(30).map((n) => send(b, bob, chatId, `race ${n}`)),
    ]);

    expect(change.status).toBe(200);
    const stored = await rows(chatId);
    const changedAt = stored.findIndex(({ kind }) => kind === 'settings');
    const ofBob = stored.flatMap((row, i) => (String(row.senderId) === bob.id ? [i] : []));
    expect(ofBob.filter((i) => i > changedAt)).toEqual([]);
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(ofBob.length - 1); // but the one that warmed up
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(30 - accepted.length);
    expect((await send(b, bob, chatId, 'late')).status).toBe(403);
    expect(stored.map(({ seq }) => seq as number)).toEqual(upTo(stored.length));
  });

  it('should agree on title and settings that both change at once', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const chatId = await a.group(ann, [bob]);

    await Promise.all(
      upTo(10).flatMap((n) => [
        patch(a, ann, chatId, { title: `a ${n}`, settings: { historyForNew: n % 2 === 0 } }).expect(200),
        patch(b, bob, chatId, { title: `b ${n}`, description: `by bob ${n}` }).expect(200),
      ]),
    );

    const views = await Promise.all(
      [a, b].map(async (node) => {
        const { body } = await node.http.get(`/api/chats/${chatId}`).set(ann.auth).expect(200);
        return body as { title: string; description: string; settings: object };
      }),
    );
    const stored = await rows(chatId);
    const lastInfo = stored.findLast(({ kind }) => kind === 'info')?.info as object;
    expect(views[0]).toEqual(views[1]);
    expect(lastInfo).toMatchObject({ title: views[0]?.title, description: views[0]?.description });
    expect(stored.findLast(({ kind }) => kind === 'settings')?.settings).toEqual(views[0]?.settings);
  });

  it('should let in as many as an invite has uses, however many come on both', async () => {
    const [ann, ...people] = (await a.users(12)) as [TestUser, ...TestUser[]];
    const chatId = await a.group(ann, []);
    const { body } = await a.http
      .post(`/api/chats/${chatId}/invite`)
      .set(ann.auth)
      .send({ maxUses: 4 })
      .expect(201);
    const { token } = body as { token: string };

    const answers = await Promise.all(
      people.map((one, n) => (n % 2 ? a : b).http.post(`/api/invites/${token}/join`).set(one.auth)),
    );

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(7);
    const view = await b.http.get(`/api/chats/${chatId}`).set(ann.auth).expect(200);
    expect(view.body).toMatchObject({ memberCount: 5 });
  });

  it('should make nobody a member without approval once it is asked for', async () => {
    const [ann, ...people] = (await a.users(12)) as [TestUser, ...TestUser[]];
    const chatId = await a.group(ann, []);
    const { body } = await a.http.post(`/api/chats/${chatId}/invite`).set(ann.auth).send({}).expect(201);
    const { token } = body as { token: string };
    await send(b, ann, chatId, 'warm').expect(201);

    const [, ...answers] = await Promise.all([
      patch(a, ann, chatId, { settings: { joinApproval: true } }).expect(200),
      ...people.map((one) => b.http.post(`/api/invites/${token}/join`).set(one.auth)),
    ]);

    const stored = await rows(chatId);
    const changedAt = stored.findIndex(({ kind }) => kind === 'settings');
    expect(stored.slice(changedAt).filter(({ kind }) => kind === 'members_added')).toEqual([]);
    const pending = answers.filter(({ status }) => status === 202).length;
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(people.length - pending);
    const page = await b.http.get(`/api/chats/${chatId}/join-requests`).set(ann.auth).expect(200);
    expect((page.body as { items: unknown[] }).items).toHaveLength(pending);
  });
});
