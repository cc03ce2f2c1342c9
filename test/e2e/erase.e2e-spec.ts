import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { type DataEraser, PersonalData } from '../../src/common/personal-data/personal-data.js';
import { ACCOUNT_ERASURE_MS } from '../../src/jobs/account-erasure.job.js';
import { createTestApp, PASSWORD, type TestApp, type TestUser } from '../support/create-test-app.js';

describe('DELETE /api/users/me', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let sent = 0;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  beforeEach(async () => {
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
  });
  afterAll(() => app.close());

  const erase = (user: TestUser, password = PASSWORD) =>
    app.http.delete('/api/users/me').set(user.auth).send({ password });
  const get = async (user: TestUser, path: string, status = 200) =>
    (await app.http.get(`/api${path}`).set(user.auth).expect(status)).body;
  const send = (user: TestUser, chatId: string, text: string) =>
    app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId: `m${(sent += 1)}`, text });
  const documentOf = (userId: string) =>
    app.connection.collection('users').findOne({ $expr: { $eq: [{ $toString: '$_id' }, userId] } });

  it('should take the password, and change nothing for a wrong one', async () => {
    const { body } = await erase(ann, 'wrong horse').expect(403);
    await app.http.delete('/api/users/me').set(ann.auth).expect(400);

    expect(body).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(await get(ann, '/users/me')).toEqual(ann.user);
    expect(await get(bob, `/users/${ann.id}`)).toMatchObject({ name: ann.user.name });
  });

  it('should end all logins and sockets, and let nobody in again', async () => {
    const phone = await app.login(ann.email);
    const socket = await app.connectAs(phone);

    await erase(ann).expect(204);

    expect(await socket.next('session_revoked')).toMatchObject({ sessionId: expect.any(String) });
    await socket.disconnected();
    for (const user of [ann, phone]) await get(user, '/users/me', 401);
    await app.http.post('/api/auth/refresh').send({ refreshToken: phone.refreshToken }).expect(401);
    await app.http.post('/api/auth/login').send({ email: ann.email, password: PASSWORD }).expect(401);
    expect(await app.socket({ auth: { token: phone.token } }).refused()).toMatchObject({
      data: { code: 'UNAUTHENTICATED' },
    });
  });

  it('should leave the messages, as from a deleted account of which nothing more is known', async () => {
    const direct = await app.directChat(ann, bob);
    const { body: message } = await send(ann, direct, 'I was here');
    await app.http
      .patch('/api/users/me')
      .set(ann.auth)
      .send({ about: 'me', phone: '+4917012345678' })
      .expect(200);

    await erase(ann).expect(204);

    const { items } = await get(bob, `/chats/${direct}/messages`);
    expect(items).toEqual([message]);
    expect(await get(bob, `/users/${ann.id}`)).toEqual({
      id: ann.id,
      name: 'Deleted account',
      about: '',
      avatarUrl: null,
      deleted: true,
    });
    const left = JSON.stringify(await documentOf(ann.id));
    for (const trace of [ann.email, ann.user.name, '4917012345678', '$2b$', '"me"']) {
      expect(left).not.toContain(trace);
    }
    expect((await get(bob, '/messages/search?q=here')).items).toHaveLength(1);
  });

  it('should let nobody find, save, block, mute, add or write to it, in an open chat neither', async () => {
    const direct = await app.directChat(ann, bob);
    await send(ann, direct, 'hello').expect(201);
    await send(bob, direct, 'hi').expect(201);
    const group = await app.group(bob, [], 'bob and who comes');
    const watcher = await app.connectAs(eve);
    await erase(ann).expect(204);

    for (const search of [ann.user.name, ann.email, 'Deleted', `deleted:${ann.id}`]) {
      const { items } = await get(bob, `/users?search=${encodeURIComponent(search)}`);
      expect((items as { id: string }[]).map(({ id }) => id)).not.toContain(ann.id);
    }
    const { body } = await send(bob, direct, 'still there?').expect(403);
    expect(body).toMatchObject({ error: { code: 'FORBIDDEN', message: expect.stringContaining('accept') } });
    const http = app.http;
    for (const refused of [
      http.put(`/api/contacts/${ann.id}`),
      http.put(`/api/blocks/${ann.id}`),
      http.put(`/api/status/mutes/${ann.id}`),
      http.post('/api/chats').send({ type: 'direct', userId: ann.id }),
      http.post('/api/chats').send({ type: 'group', title: 'x', memberIds: [ann.id] }),
      http.post(`/api/chats/${group}/members`).send({ userIds: [ann.id] }),
    ]) {
      expect((await refused.set(bob.auth)).status).toBe(404);
    }
    await watcher.settle();
    expect(watcher.heard).toEqual([]);
  });

  it('should free the email for somebody else', async () => {
    await erase(ann).expect(204);
    const account = { email: ann.email, password: PASSWORD, name: 'Ann the second' };

    const { body } = await app.http.post('/api/auth/register').send(account).expect(201);

    expect((body as { id: string }).id).not.toBe(ann.id);
    const second = await app.login(ann.email);
    expect(await get(second, '/chats')).toMatchObject({ items: [] });
  });

  it('should leave groups, pass them on, and tell their members', async () => {
    const owned = await app.group(ann, [bob, eve], 'owned by ann');
    const joined = await app.group(bob, [ann], 'joined');
    const alone = await app.group(ann, [], 'alone');
    const phone = await app.connectAs(bob);

    await erase(ann).expect(204);

    const { members, memberCount } = await get(bob, `/chats/${owned}`);
    expect(memberCount).toBe(2);
    expect(members).toMatchObject([
      { userId: bob.id, role: 'owner' },
      { userId: eve.id, role: 'member' },
    ]);
    expect((await get(bob, `/chats/${joined}`)).memberCount).toBe(1);
    const removed = await phone.count('member_removed', 2);
    expect(removed.map((event) => (event as { userId: string }).userId)).toEqual([ann.id, ann.id]);
    await get(bob, `/chats/${alone}`, 404);
  });

  it('should remove statuses at once, contacts and blocks on both sides, and say so in a sync', async () => {
    await app.directChat(ann, bob);
    await app.http.put(`/api/contacts/${bob.id}`).set(ann.auth).expect(204);
    await app.http.put(`/api/contacts/${ann.id}`).set(bob.auth).expect(204);
    await app.http.put(`/api/blocks/${ann.id}`).set(eve.auth).expect(204);
    await app.http.post('/api/status').set(ann.auth).send({ type: 'text', text: 'bye' }).expect(201);
    const phone = await app.connectAs(bob);
    const before = await app.http.post('/api/sync').set(bob.auth).send({ chats: {}, me: 0 }).expect(200);
    expect((await get(bob, '/status')).items).toHaveLength(1);

    await erase(ann).expect(204);

    expect(await phone.next('status_deleted')).toEqual({ statusId: expect.any(String) });
    expect((await get(bob, '/status')).items).toEqual([]);
    expect((await get(bob, '/contacts')).items).toEqual([]);
    expect((await get(eve, '/blocks')).items).toEqual([]);
    const { rev } = (before.body as { me: { rev: number } }).me;
    const { body } = await app.http.post('/api/sync').set(bob.auth).send({ chats: {}, me: rev }).expect(200);
    expect(body).toMatchObject({ me: { contacts: [] } });
    for (const name of ['contacts', 'blocks', 'statuses', 'status_mutes', 'sessions']) {
      const owners = await app.connection.collection(name).find({}).toArray();
      expect(JSON.stringify(owners), name).not.toContain(ann.id);
    }
  });

  it('should be seen going by who talked to them, and not be seen again', async () => {
    await app.directChat(ann, bob);
    await app.connectAs(ann);
    const phone = await app.connectAs(bob);
    const stranger = await app.connectAs(eve);
    expect(await phone.ok('presence', { userIds: [ann.id] })).toEqual({ [ann.id]: { online: true } });

    await erase(ann).expect(204);

    expect(await phone.next('user_offline')).toEqual({ userId: ann.id });
    app.clock.advance(5000);
    await phone.settle();
    expect(phone.all('user_offline')).toHaveLength(1);
    expect(await phone.ok('presence', { userIds: [ann.id] })).toEqual({ [ann.id]: {} });
    expect(await documentOf(ann.id)).toMatchObject({ lastSeenAt: null });
    await stranger.settle();
    expect(stranger.heard).toEqual([]);
  });

  it('should take what was under way a minute later, and then leave the account in peace', async () => {
    await erase(ann).expect(204);
    expect(await documentOf(ann.id)).toMatchObject({ isErasedOnce: true, deletingAt: expect.any(Date) });
    // As a request leaves it that had been let in before.
    const { _id } = (await documentOf(ann.id)) as unknown as { _id: unknown };
    await app.connection
      .collection('contacts')
      .insertOne({ ownerId: _id, userId: _id, createdAt: new Date() });

    await vi.waitFor(
      async () => {
        app.clock.advance(ACCOUNT_ERASURE_MS + 60_000);
        expect(await documentOf(ann.id)).not.toHaveProperty('deletingAt');
      },
      { timeout: 15_000, interval: 100 },
    );

    expect(await app.connection.collection('contacts').countDocuments({ ownerId: _id as never })).toBe(0);
    expect(await documentOf(ann.id)).toMatchObject({ name: 'Deleted account', deletedAt: expect.any(Date) });
  });

  it('should be over for the user at once where a step fails, and go on until it is done', async () => {
    const group = await app.group(ann, [bob], 'a step fails');
    const failing = {
      name: 'failing',
      erase: vi.fn<DataEraser['erase']>().mockRejectedValue(new Error('not today')),
    };
    const data = app.app.get(PersonalData);
    const erasers = vi.spyOn(data, 'erasers', 'get').mockReturnValue([failing]);

    await erase(ann).expect(204);
    await get(ann, '/users/me', 401);
    expect((await get(bob, `/chats/${group}`)).memberCount).toBe(2);
    erasers.mockRestore();

    await vi.waitFor(
      async () => {
        app.clock.advance(ACCOUNT_ERASURE_MS + 30_000);
        expect((await get(bob, `/chats/${group}`)).memberCount).toBe(1);
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(failing.erase).toHaveBeenCalled();
  });

  it('should send nothing any more that was to be sent later, even where its step fails', async () => {
    const group = await app.group(ann, [bob], 'from beyond');
    const sendAt = new Date(app.clock.nowMs() + 10_000).toISOString();
    const later = { clientMessageId: 'later', text: 'boo', sendAt };
    await app.http.post(`/api/chats/${group}/messages`).set(ann.auth).send(later).expect(201);
    const scheduled = app.connection.collection('scheduled_messages');
    const erasers = vi.spyOn(app.app.get(PersonalData), 'erasers', 'get').mockReturnValue([]);
    await erase(ann).expect(204);
    expect(await scheduled.countDocuments()).toBe(1);

    await vi.waitFor(
      async () => {
        app.clock.advance(10_000);
        expect(await scheduled.countDocuments()).toBe(0);
      },
      { timeout: 15_000, interval: 100 },
    );
    erasers.mockRestore();

    const { items } = await get(bob, `/chats/${group}/messages`);
    expect((items as { type: string }[]).map(({ type }) => type)).toEqual(['system']);
  });

  it('should happen once when two devices ask for it at the same time', async () => {
    const [first, second] = await Promise.all([erase(ann), erase(ann)]);

    const statuses = [first.status, second.status].toSorted();
    expect(statuses[0]).toBe(204);
    expect([401, 403]).toContain(statuses[1]);
    expect(await documentOf(ann.id)).toMatchObject({ name: 'Deleted account' });
  });
});
