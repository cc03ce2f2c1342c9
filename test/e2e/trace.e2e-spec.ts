import { randomBytes } from 'node:crypto';

import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Connections, MAX_SPANS } from '../../src/messages/trace/connections.service.js';
import { createTestApp, databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';
import { isOk } from '../support/status-people.js';
import { typicalOf, untilIndexed } from '../support/counted-queries.js';

const NO_PUSH = { pushes: [], noPushReason: 'not_available' };
const DAY_MS = 86_400_000;

describe('the trace of a message', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let cat: TestUser;
  let eve: TestUser;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '3650d', REFRESH_EXPIRES_IN: '3650d' });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [ann, bob, cat, eve] = (await app.users(4)) as [TestUser, TestUser, TestUser, TestUser];
  });

  let count = 0;
  const send = async (user: TestUser, chatId: string, text = 'hi') => {
    const body = { clientMessageId: `m${(count += 1)}`, text };
    return (await app.http.post(`/api/chats/${chatId}/messages`).set(user.auth).send(body).expect(201)).body;
  };
  const trace = (user: TestUser, id: string, query = '') =>
    app.http.get(`/api/messages/${id}/trace${query}`).set(user.auth);
  const items = async (user: TestUser, id: string): Promise<any[]> =>
    (await trace(user, id).expect(200)).body.items;
  const privacy = (user: TestUser, settings: object) =>
    app.http.patch('/api/users/me/privacy').set(user.auth).send(settings).expect(200);
  /** Connects and goes again; answers when. */
  const visit = async (user: TestUser): Promise<string> => {
    const socket = await app.connectAs(user);
    await socket.settle();
    socket.close();
    const connections = app.app.get(Connections, { strict: false });
    let last: Date | undefined;
    await expect
      .poll(async () => {
        last = (await connections.of([user.id])).get(user.id)?.spans.at(-1)?.to;
        return last && last.getTime() <= app.clock.nowMs();
      })
      .toBe(true);
    return last?.toISOString() ?? '';
  };

  it('should tell of a message that came and was read', async () => {
    const chatId = await app.directChat(ann, bob);
    const phone = await app.connectAs(bob);
    const { id, seq, createdAt } = await send(ann, chatId);
    const stored = { userId: bob.id, storedAt: createdAt, connectedWhenSent: true, ...NO_PUSH };
    expect(await items(ann, id)).toEqual([{ ...stored, state: 'stored', reason: { code: 'not_confirmed' } }]);

    await phone.ok('message_delivered', { chatId, seq });
    const [delivered] = await items(ann, id);
    expect(delivered).toEqual({ ...stored, state: 'delivered', deliveredAt: expect.any(String) });

    app.clock.advance(60_000);
    await phone.ok('message_read', { chatId, seq });
    const [read] = await items(ann, id);
    expect(read).toMatchObject({ ...stored, state: 'read' });
    expect(Date.parse(read.readAt)).toBeGreaterThan(Date.parse(delivered.deliveredAt));
  });

  it('should keep when a message was read, whatever is read later', async () => {
    const chatId = await app.group(ann, [bob]);
    const [first, second] = [await send(ann, chatId), await send(ann, chatId)];
    const phone = await app.connectAs(bob);
    await phone.ok('message_read', { chatId, seq: first.seq });
    const [read] = await items(ann, first.id);
    app.clock.advance(60_000);
    await phone.ok('message_read', { chatId, seq: second.seq });

    expect(await items(ann, first.id)).toEqual([read]);
    const [later] = await items(ann, second.id);
    expect(Date.parse(later.readAt)).toBeGreaterThanOrEqual(Date.parse(read.readAt) + 60_000);
  });

  it('should tell since when no device was there', async () => {
    const chatId = await app.directChat(ann, bob);
    const since = await visit(bob);
    app.clock.advance(60_000);

    const { id } = await send(ann, chatId);

    expect(await items(ann, id)).toMatchObject([
      { state: 'stored', connectedWhenSent: false, reason: { code: 'no_device', since } },
    ]);
    app.clock.advance(60_000);
    await visit(bob);
    expect(await items(ann, id)).toMatchObject([
      { state: 'stored', connectedWhenSent: false, reason: { code: 'not_confirmed' } },
    ]);
    app.clock.advance(60_000);
    const later = await send(ann, chatId);
    expect(await items(ann, later.id)).toMatchObject([
      { connectedWhenSent: false, reason: { code: 'no_device' } },
    ]);
  });

  it('should not tell what the recipient does not let the sender know', async () => {
    const chatId = await app.directChat(ann, bob);
    const since = await visit(bob);
    const { id } = await send(ann, chatId);
    await privacy(bob, { lastSeen: { level: 'nobody' } });
    const [withoutLastSeen] = await items(ann, id);
    expect(withoutLastSeen).toMatchObject({ connectedWhenSent: false, reason: { code: 'no_device' } });
    expect(JSON.stringify(withoutLastSeen)).not.toContain(since);

    await privacy(bob, { online: { level: 'nobody' } });
    const [hidden] = await items(ann, id);
    expect(hidden).toEqual({
      userId: bob.id,
      state: 'stored',
      storedAt: expect.any(String),
      reason: { code: 'hidden' },
      ...NO_PUSH,
    });

    // To be blocked looks the same.
    await privacy(bob, { online: { level: 'everyone' }, lastSeen: { level: 'everyone' } });
    await app.http.put(`/api/blocks/${ann.id}`).set(bob.auth).expect(isOk);
    expect(await items(ann, id)).toEqual([hidden]);
  });

  it('should tell the sender of their own block', async () => {
    const chatId = await app.directChat(ann, bob);
    const { id } = await send(ann, chatId);
    await app.http.put(`/api/blocks/${bob.id}`).set(ann.auth).expect(isOk);

    const [one] = await items(ann, id);

    expect(one).toMatchObject({
      state: 'stored',
      reason: { code: 'you_blocked', since: expect.any(String) },
    });
    expect(one).not.toHaveProperty('connectedWhenSent');
  });

  it.each(['reader', 'sender'])(
    'should not tell of reading while the %s has read receipts off',
    async (who) => {
      const chatId = await app.directChat(ann, bob);
      const { id, seq } = await send(ann, chatId);
      await privacy(who === 'reader' ? bob : ann, { readReceipts: false });
      const phone = await app.connectAs(bob);
      await phone.ok('message_read', { chatId, seq });

      const [one] = await items(ann, id);

      expect(one).toMatchObject({ state: 'delivered', deliveredAt: expect.any(String) });
      expect(one).not.toHaveProperty('readAt');
    },
  );

  it('should be for its sender alone', async () => {
    const chatId = await app.group(ann, [bob, cat]);
    const { id } = await send(ann, chatId);
    const ofBob = await send(bob, chatId);
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    const unseen = await send(ann, chatId);

    await trace(cat, id).expect(403);
    await trace(bob, id).expect(403);
    await trace(bob, ofBob.id).expect(403);
    const notFound = { statusCode: 404, error: { code: 'NOT_FOUND', message: 'Message not found' } };
    expect((await trace(eve, id).expect(404)).body).toEqual(notFound);
    expect((await trace(bob, unseen.id).expect(404)).body).toEqual(notFound);
    expect((await trace(ann, 'f'.repeat(24)).expect(404)).body).toEqual(notFound);
  });

  it('should tell who left before, who left since and who joined after', async () => {
    const dan = await app.registerAndLogin();
    const chatId = await app.group(ann, [bob, cat]);
    await visit(bob);
    await visit(cat);
    await send(ann, chatId);
    const remove = (user: TestUser) =>
      app.http.delete(`/api/chats/${chatId}/members/${user.id}`).set(ann.auth).expect(204);
    await remove(bob);
    const { id } = await send(ann, chatId);
    await remove(cat);
    await app.http
      .post(`/api/chats/${chatId}/members`)
      .set(ann.auth)
      .send({ userIds: [dan.id] })
      .expect(201);

    const of = Object.fromEntries((await items(ann, id)).map((one) => [one.userId, one]));

    const since = expect.any(String);
    expect(of).toEqual({
      [bob.id]: { userId: bob.id, state: 'none', reason: { code: 'left_before', since }, ...NO_PUSH },
      [cat.id]: {
        userId: cat.id,
        state: 'stored',
        storedAt: since,
        reason: { code: 'left_since', since },
        ...NO_PUSH,
      },
      [dan.id]: { userId: dan.id, state: 'none', reason: { code: 'joined_after', since }, ...NO_PUSH },
    });
    expect(Date.parse(of[bob.id].reason.since)).toBeLessThanOrEqual(Date.parse(of[cat.id].storedAt));

    // Whom Dan never shared the group with, Dan is not told of.
    const ofDan = await send(dan, chatId);
    expect((await items(dan, ofDan.id)).map(({ userId }) => userId)).toEqual([ann.id]);
  });

  it('should page through a group of 1,024 with the same few queries', async () => {
    const chatId = await app.group(ann, [bob]);
    const base = {
      chatId: new Types.ObjectId(chatId),
      role: 'member',
      isActive: true,
      joinedAt: new Date(),
      rev: 1,
    };
    const others = Array.from({ length: 1022 }, () => new Types.ObjectId());
    await app.connection
      .collection('chat_members')
      .insertMany(
        others.map((userId) => ({ ...base, userId, spans: [{ fromSeq: 1, toSeq: null, toRev: null }] })),
      );
    const { id } = await send(ann, chatId);

    await untilIndexed(app.connection);
    const seen: string[] = [];
    const queries: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = `?limit=100${cursor && `&cursor=${cursor}`}`;
      let body: any;
      const asked = await queriedCollections(app.connection, async () => {
        body = (await trace(ann, id, query).expect(200)).body;
      });
      queries.push(asked.length);
      seen.push(...body.items.map(({ userId }: { userId: string }) => userId));
      cursor = body.nextCursor;
    }

    expect(seen).toEqual([bob.id, ...others.map(String)].toSorted());
    expect(typicalOf(queries)).toBeLessThanOrEqual(14);
  });

  it('should keep the latest connections of somebody, and none for long', async () => {
    const connections = app.app.get(Connections, { strict: false });
    const histories = app.connection.collection('connection_histories');
    for (let n = 0; n < MAX_SPANS + 10; n += 1) {
      const device = { userId: bob.id, sessionId: 's', socketId: `socket ${n}` };
      connections.connected(device);
      connections.disconnected(device);
    }
    const chatId = await app.directChat(ann, bob);
    const { id } = await send(ann, chatId);
    expect((await connections.of([bob.id])).get(bob.id)?.spans).toHaveLength(MAX_SPANS);
    expect(await items(ann, id)).toMatchObject([{ reason: { code: 'no_device' } }]);

    app.clock.advance(91 * DAY_MS);
    await connections.sweep();

    expect(await histories.findOne({ _id: new Types.ObjectId(bob.id) })).toBeNull();
    expect(await items(ann, id)).toEqual([expect.objectContaining({ reason: { code: 'not_known' } })]);
  });

  it('should write a connection once, and many in one command', async () => {
    const people = await app.users(10);
    const asked = await queriedCollections(app.connection, async () => {
      const sockets = await Promise.all(people.map((user) => app.connectAs(user)));
      await Promise.all(sockets.map((socket) => socket.settle()));
      for (const socket of sockets) socket.close();
      const histories = app.connection.collection('connection_histories');
      const ids = people.map(({ id }) => new Types.ObjectId(id));
      await expect
        .poll(() => histories.countDocuments({ _id: { $in: ids } }), { timeout: 10_000 })
        .toBe(people.length);
    });

    expect(asked.filter((name) => name === 'connection_histories').length).toBeGreaterThan(0);
    const rows = await app.connection.collection('connection_histories').find().toArray();
    const own = rows.filter(({ _id }) => people.some(({ id }) => id === String(_id)));
    expect(own.map(({ spans }) => (spans as unknown[]).length)).toEqual(people.map(() => 1));
  });

  it('should know of connections that a stopping server ended', async () => {
    const settings = {
      MONGODB_URI: databaseUri(`trace_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
    };
    const first = await createTestApp(settings);
    const [owner, guest] = (await first.users(2)) as [TestUser, TestUser];
    const chatId = await first.directChat(owner, guest);
    await first.connectAs(guest);
    const body = { clientMessageId: 'm', text: 'hi' };
    const url = `/api/chats/${chatId}/messages`;
    const { id } = (await first.http.post(url).set(owner.auth).send(body).expect(201)).body;
    await first.close();

    const second = await createTestApp(settings);

    const answer = await second.http.get(`/api/messages/${id}/trace`).set(owner.auth).expect(200);
    expect(answer.body.items).toMatchObject([{ connectedWhenSent: true, reason: { code: 'not_confirmed' } }]);
    await second.connection.dropDatabase();
    await second.close();
  });
});
