import { randomBytes } from 'node:crypto';

import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { RATE_LIMITS } from '../../src/common/rate-limit/rate-limits.js';
import {
  createTestApp,
  databaseUri,
  PASSWORD,
  type TestApp,
  type TestUser,
} from '../support/create-test-app.js';
import { RedisServer } from '../support/redis-server.js';
import { requires } from '../support/requires.js';
import { TestSocket } from '../support/test-socket.js';

const soon = { timeout: 10_000, interval: 50 };

describe.runIf(requires('redis-server'))('what nodes share', () => {
  let redis: RedisServer;
  let a: TestApp;
  let b: TestApp;

  beforeAll(async () => {
    redis = await RedisServer.start();
    const settings = {
      MONGODB_URI: databaseUri(`shared_${randomBytes(4).toString('hex')}`),
      REDIS_URL: redis.url,
      JWT_SECRET: randomBytes(32).toString('hex'),
      PRESENCE_GRACE_SECONDS: '0.3',
      TRUST_PROXY: 'loopback',
    };
    a = await createTestApp(settings);
    b = await createTestApp(settings);
  });

  afterAll(async () => {
    await a.connection.dropDatabase();
    await Promise.all([a.close(), b.close()]);
    await redis.stop();
  });

  const send = (node: TestApp, user: TestUser, chatId: string, clientMessageId: string) =>
    node.http.post(`/api/chats/${chatId}/messages`).set(user.auth).send({ clientMessageId, text: 'hi' });

  it('should count what somebody does on all nodes together', async () => {
    const { auth } = await a.registerAndLogin();
    const change = (node: TestApp) =>
      node.http
        .post('/api/auth/password')
        .set(auth)
        .send({ currentPassword: 'wrong password', newPassword: PASSWORD });
    const nodes = Array.from({ length: RATE_LIMITS['auth.password'].points }, (_, n) => (n % 2 ? a : b));

    const answers = await Promise.all(nodes.map(change));

    expect(answers.filter(({ status }) => status === 429)).toEqual([]);
    for (const node of [a, b]) expect((await change(node)).status).toBe(429);
  });

  it('should bound events over all nodes without asking each time, and refuse on each who is over', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const phones = await Promise.all([a, b].map((node) => node.connectAs(ann)));
    const ask = (phone: TestSocket) => phone.send('presence', { userIds: [bob.id] });
    const { points } = RATE_LIMITS.presence;
    let admitted = 0;

    for (let n = 0; n < 2 * points; n += 1) if ((await ask(phones[n % 2]!)).ok) admitted += 1;

    expect(admitted).toBeGreaterThanOrEqual(points);
    expect(admitted).toBeLessThan(1.5 * points);
    for (const phone of phones) await phone.refusal('RATE_LIMITED', 'presence', { userIds: [bob.id] });
  });

  it('should count by the address that a trusted proxy names, and believe nobody behind it', async () => {
    const { email } = await a.registerAndLogin();
    const login = (forwarded: string) =>
      a.http
        .post('/api/auth/login')
        .set('X-Forwarded-For', forwarded)
        .send({ email, password: 'wrong password' });
    const { points } = RATE_LIMITS['auth.login'];

    for (let n = 0; n < points; n += 1) await login(`198.51.100.${n}, 203.0.113.7`);

    expect((await login('203.0.113.7')).status).toBe(429);
    expect((await login('203.0.113.8')).status).toBe(401);
  }, 30_000);

  it('should count handshakes by the address that a trusted proxy names', async () => {
    const { points } = RATE_LIMITS.connect;
    const { token } = await a.registerAndLogin();
    const address = '203.0.113.99';
    const connect = () => {
      const options = { transports: ['websocket'], forceNew: true, reconnection: false };
      const extraHeaders = { 'X-Forwarded-For': address };
      return new TestSocket(io(b.url, { ...options, extraHeaders, auth: { token } }));
    };
    const client = new Redis(redis.url);
    await client.set(`parley:limit:connect:${address}`, points, 'EX', 60);
    await client.quit();

    expect((await connect().refused()).data).toMatchObject({ code: 'RATE_LIMITED' });
    (await b.connectAs({ token })).close();
  });

  it('should move a chat up in the lists of all nodes by what is written on one', async () => {
    const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
    const [ofBob, ofCat] = [await a.directChat(ann, bob), await a.directChat(ann, cat)];
    const isFirst = async (node: TestApp, chatId: string) => {
      const { body } = await node.http.get('/api/chats?limit=1').set(ann.auth).expect(200);
      return (body as { items: { id: string }[] }).items[0]?.id === chatId;
    };
    await send(a, cat, ofCat, 'first').expect(201);
    await vi.waitUntil(() => isFirst(b, ofCat), soon);

    for (const [user, chatId, id] of [
      [bob, ofBob, 'second'],
      [cat, ofCat, 'third'],
    ] as const) {
      await send(a, user, chatId, id).expect(201);
      await vi.waitUntil(() => isFirst(b, chatId), soon);
    }
  });

  describe('the trace of a message', () => {
    const NO_LEASE_END = '9999999999999';

    const traceOf = async (user: TestUser, chatId: string) => {
      const { body: message } = await send(a, user, chatId, randomBytes(6).toString('hex')).expect(201);
      return (await a.http.get(`/api/messages/${message.id}/trace`).set(user.auth).expect(200)).body;
    };

    it('should tell of devices on the other node', async () => {
      const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
      const chats = [await a.directChat(ann, bob), await a.directChat(ann, cat)] as const;
      await (await b.connectAs(bob)).ok('user_connected');

      const [withBob, withCat] = await Promise.all(chats.map((chatId) => traceOf(ann, chatId)));

      expect(withBob).toMatchObject({
        items: [{ connectedWhenSent: true, reason: { code: 'not_confirmed' } }],
      });
      expect(withCat).toMatchObject({ items: [{ connectedWhenSent: false, reason: { code: 'no_device' } }] });
      for (const page of [withBob, withCat]) expect(page).not.toHaveProperty('unheardNodes');
    });

    it('should name a node that does not answer, and claim nothing of its devices', async () => {
      const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
      const chatId = await a.group(ann, [bob, cat]);
      await (await b.connectAs(bob)).ok('user_connected');
      const client = new Redis(redis.url);
      await client.zadd('parley:nodes', NO_LEASE_END, 'silent');

      const { items, unheardNodes } = await traceOf(ann, chatId);
      await client.zrem('parley:nodes', 'silent');
      await client.quit();

      expect(unheardNodes).toEqual(['silent']);
      const found = new Map((items as { userId: string }[]).map((item) => [item.userId, item]));
      expect(found.get(bob.id)).toMatchObject({
        connectedWhenSent: true,
        reason: { code: 'not_confirmed' },
      });
      expect(found.get(cat.id)).toMatchObject({ reason: { code: 'not_known' } });
      expect(found.get(cat.id)).not.toHaveProperty('connectedWhenSent');
    });
  });

  it('should have a block at work on the other node', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const chatId = await a.directChat(ann, bob);
    await send(a, ann, chatId, 'before').expect(201); // from now on remembered as admitted

    await b.http.put(`/api/blocks/${ann.id}`).set(bob.auth).expect(204);

    let tries = 0;
    await vi.waitFor(() => send(a, ann, chatId, `after ${(tries += 1)}`).expect(403), soon);
  });

  it('should let nobody hear who types in a group that they were taken out of by the other node', async () => {
    const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await a.group(ann, [bob, cat]);
    const [annPhone, bobPhone] = await Promise.all([a.connectAs(ann), a.connectAs(bob)]);
    await annPhone.ok('typing', { chatId });
    await bobPhone.next('user_typing');

    await b.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    await bobPhone.next('member_removed');

    await vi.waitFor(async () => {
      bobPhone.forget();
      await annPhone.ok('typing', { chatId });
      await bobPhone.settle();
      expect(bobPhone.all('user_typing')).toEqual([]);
    }, soon);
  });

  it('should tell of the first and the last socket of all nodes, and of no other', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    await a.directChat(ann, bob);
    await a.http.put(`/api/contacts/${bob.id}`).set(ann.auth);
    const watching = await a.connectAs(bob);

    const sockets = await Promise.all([a, b, a, b, a, b].map((node) => node.connectAs(ann)));
    await watching.next('user_online');
    for (const socket of sockets) socket.close();
    await watching.next('user_offline');

    const again = await b.connectAs(ann);
    await watching.count('user_online', 2);
    again.close();
    await watching.count('user_offline', 2);
    await watching.settle();
    expect(watching.heard.map(({ event }) => event).filter((event) => event.startsWith('user_'))).toEqual([
      'user_online',
      'user_offline',
      'user_online',
      'user_offline',
    ]);
  });

  it('should keep somebody online who moves to another node within the grace', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    await a.http.put(`/api/contacts/${bob.id}`).set(ann.auth);
    const watching = await a.connectAs(bob);
    const before = await a.connectAs(ann);
    await watching.next('user_online');

    before.close();
    const after = await b.connectAs(ann);
    await vi.waitFor(async () => {
      const { [ann.id]: seen } = await watching.ok('presence', { userIds: [ann.id] });
      expect(seen).toEqual({ online: true });
    }, soon);
    a.clock.advance(10_000);
    await watching.settle();

    expect(watching.all('user_offline')).toEqual([]);
    after.close();
    await watching.next('user_offline');
  });

  it('should lose nothing of what pairs on two nodes say to each other', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
        const chatId = await a.directChat(ann, bob);
        return { chatId, phones: [await a.connectAs(ann), await b.connectAs(bob)] as const };
      }),
    );

    await Promise.all(
      pairs.flatMap(({ chatId, phones }) =>
        phones.map(async (phone, p) => {
          for (let n = 0; n < 10; n += 1)
            await phone.ok('new_message', { chatId, clientMessageId: `${p} ${n}`, text: `${n}` });
        }),
      ),
    );

    for (const { phones } of pairs) {
      const [seqsOfAnn, seqsOfBob] = await Promise.all(
        phones.map(async (phone) =>
          (await phone.count('receive_message', 20)).map(({ seq }) => seq as number),
        ),
      );
      expect(seqsOfAnn?.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      expect(seqsOfBob?.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    }
  }, 60_000);
});
