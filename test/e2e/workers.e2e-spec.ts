import { randomBytes } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { RATE_LIMITS } from '../../src/common/rate-limit/rate-limits.js';
import { sdp } from '../support/calls.js';
import type { Person } from '../support/cluster.js';
import { databaseUri } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';
import { workerOf, Workers } from '../support/workers.js';

const WORKERS = [1, 2];

describe('a server of two workers', () => {
  let server: Workers;
  let ann: Person;
  let bob: Person;
  let chatId: string;
  let observer: TestSocket;
  let open: TestSocket[] = [];

  beforeAll(async () => {
    const MONGODB_URI = databaseUri(`workers_${randomBytes(6).toString('hex')}`);
    server = await Workers.start(WORKERS.length, { MONGODB_URI, RATE_LIMITS: 'on' });
    [ann, bob] = [await server.person('Ann'), await server.person('Bob')];
    for (const [one, other] of [
      [ann, bob],
      [bob, ann],
    ] as const)
      await server.http.put(`/api/contacts/${other.id}`).set(one.auth);
    chatId = await server.directChat(ann, bob);
    const cat = await server.person('Cat');
    for (const friend of [ann, bob]) {
      await server.directChat(friend, cat);
      await server.http.put(`/api/contacts/${cat.id}`).set(friend.auth);
    }
    observer = await server.connect(cat);
  }, 120_000);
  afterAll(() => server.stop());

  /** Closed after the test; Ann and Bob are offline before the next. */
  afterEach(async () => {
    for (const socket of open) socket.close();
    open = [];
    await expect
      .poll(() => observer.ok('presence', { userIds: [ann.id, bob.id] }), { timeout: 15_000 })
      .toEqual({
        [ann.id]: expect.objectContaining({ online: false }),
        [bob.id]: expect.objectContaining({ online: false }),
      });
  });

  async function on(worker: number, person: Person): Promise<TestSocket> {
    const socket = await server.connectTo(worker, person);
    open.push(socket);
    return socket;
  }

  const say = (phone: TestSocket, text: string) =>
    phone.ok('new_message', { chatId, clientMessageId: randomBytes(6).toString('hex'), text });

  it.each([
    ['with nothing set', {}, 'websocket'],
    ['that only polls', { transports: ['polling'] }, 'polling'],
    ['by WebSockets alone', { transports: ['websocket'] }, 'websocket'],
  ])(
    'should just work for a client %s',
    async (_, options: { transports?: string[] }, transport) => {
      const devices = await server.connectAll([ann, bob, ann, bob, ann, bob], options);
      open.push(...devices);
      const engines = devices.map(({ raw }) => raw.io.engine);
      await expect
        .poll(() => engines.map((engine) => engine.transport.name), { timeout: 15_000 })
        .toEqual(devices.map(() => transport));
      const owners = engines.map(({ id }) => workerOf({ sid: id }));
      expect(new Set(owners)).toEqual(new Set(WORKERS));

      const texts = Array.from({ length: 20 }, (__, n) => `${transport} ${n}`);
      for (const [n, text] of texts.entries()) await say(devices[n % devices.length] as TestSocket, text);

      for (const device of devices) {
        const heard = await device.count('receive_message', texts.length);
        expect(heard.map(({ text }) => text as string)).toEqual(texts);
      }
      expect(engines.map(({ id }) => workerOf({ sid: id }))).toEqual(owners);
    },
    60_000,
  );

  it('should take a long poll request by whichever worker gets it', async () => {
    const phone = await server.connect(ann, { transports: ['polling'] });
    open.push(phone);
    const long = 'x'.repeat(4000);

    const texts = Array.from({ length: 6 }, (_, n) => `${n}${long}`);
    await Promise.all(texts.map((text) => say(phone, text)));

    expect((await phone.count('receive_message', 6)).map(({ text }) => text as string)).toEqual(texts);
  });

  it('should not know a session of a worker that does not exist, as any that is over', async () => {
    for (const sid of [
      '99.aaaaaaaaaaaaaaaaaaaa',
      '1.aaaaaaaaaaaaaaaaaaaa',
      '2.aaaaaaaaaaaaaaaaaaaa',
      'aaaa',
    ]) {
      const { status, body } = await server.http.get(`/socket.io/?EIO=4&transport=polling&sid=${sid}`);

      expect({ status, body: body as unknown }).toMatchObject({ status: 400, body: { code: 1 } });
    }
  });

  it('should tell of coming and going once, however many tabs are on however many workers', async () => {
    const bobPhone = await on(1, bob);
    const tabs = [await on(1, ann), await on(2, ann), await on(2, ann)];
    await bobPhone.next('user_online', ({ userId }) => userId === ann.id);

    const [first, ...others] = tabs as [TestSocket, ...TestSocket[]];
    first.close();
    for (const tab of others) await say(tab, 'still here');
    expect(await bobPhone.ok('presence', { userIds: [ann.id] })).toEqual({ [ann.id]: { online: true } });
    for (const tab of others) tab.close();

    await bobPhone.next('user_offline', ({ userId }) => userId === ann.id);
    await bobPhone.settle();
    expect(bobPhone.all('user_online')).toHaveLength(1);
    expect(bobPhone.all('user_offline')).toHaveLength(1);
  });

  it('should bring typing to the other worker, and its end', async () => {
    const bobPhone = await on(2, bob);
    const annPhone = await on(1, ann);

    await annPhone.ok('typing', { chatId });
    expect(await bobPhone.next('user_typing')).toMatchObject({ chatId, userId: ann.id });
    await annPhone.ok('stop_typing', { chatId });

    expect(await bobPhone.next('user_stop_typing')).toMatchObject({ chatId, userId: ann.id });
  });

  it('should carry a call from one worker to the other', async () => {
    const [annPhone, bobPhone] = [await on(1, ann), await on(2, bob)];

    const { callId } = await annPhone.ok('call_user', { chatId, callType: 'audio' });
    await bobPhone.next('incoming_call', (call) => call.callId === callId);
    await bobPhone.ok('call_accepted', { callId });
    await annPhone.next('call_accepted');
    await annPhone.ok('offer', { callId, to: bob.id, offer: sdp('offer') });
    expect(await bobPhone.next('offer')).toMatchObject({ callId, from: ann.id });
    await bobPhone.ok('answer', { callId, to: ann.id, answer: sdp('answer') });
    expect(await annPhone.next('answer')).toMatchObject({ callId, from: bob.id });
    await bobPhone.ok('call_ended', { callId });

    expect((await annPhone.next('call_ended')).call).toMatchObject({ id: callId, state: 'ended' });
  });

  it('should close the sockets of a login that ends on the other worker', async () => {
    const again = await server.login(ann.email);
    const phone = await on(1, again);
    const gone = phone.disconnected();

    await server.http
      .post('/api/auth/logout')
      .agent(await server.line(2))
      .set(again.auth)
      .expect(204);

    expect(await phone.next('session_revoked')).toEqual({ sessionId: expect.any(String) });
    await gone;
  });

  it('should have a block at work on the other worker', async () => {
    const eve = await server.person('Eve');
    const withEve = await server.directChat(ann, eve);
    const [one, other] = [await server.line(1), await server.line(2)];
    const send = (clientMessageId: string) =>
      server.http
        .post(`/api/chats/${withEve}/messages`)
        .agent(other)
        .set(eve.auth)
        .send({ clientMessageId, text: 'hi' });
    await send('before').expect(201); // from now on remembered as admitted

    await server.http.put(`/api/blocks/${eve.id}`).agent(one).set(ann.auth).expect(204);

    await expect.poll(async () => (await send(randomBytes(6).toString('hex'))).status).toBe(403);
  });

  it('should count an action on all workers together', async () => {
    const lines = [await server.line(1), await server.line(2)];
    const change = (n: number) =>
      server.http
        .post('/api/auth/password')
        .agent(lines[n % 2] as (typeof lines)[number])
        .set(bob.auth)
        .send({ currentPassword: 'not the password', newPassword: 'correct horse battery' });
    const { points } = RATE_LIMITS['auth.password'];

    const statuses: number[] = [];
    for (let n = 0; n < points + 4; n += 1) statuses.push((await change(n)).status);

    expect(statuses).toEqual([
      ...Array.from({ length: points }, () => 403),
      ...Array.from({ length: 4 }, () => 429),
    ]);
  });

  it('should give up a worker that stands still, until it moves again', async () => {
    const [annPhone, bobPhone] = [await on(2, ann), await on(1, bob)];
    await annPhone.next('user_online', ({ userId }) => userId === bob.id);
    annPhone.forget();
    const [pid] = (await server.server.workers()) as [number];

    process.kill(pid, 'SIGSTOP');
    try {
      await annPhone.next('user_offline', ({ userId }) => userId === bob.id, 20_000);
      await say(annPhone, 'meanwhile');
    } finally {
      process.kill(pid, 'SIGCONT');
    }

    await annPhone.next('user_online', ({ userId }) => userId === bob.id, 20_000);
    expect(await bobPhone.next('receive_message')).toMatchObject({ text: 'meanwhile' });
  }, 60_000);

  it('should lose, double and reorder nothing in bursts from both', async () => {
    const [annPhone, bobPhone] = [await on(1, ann), await on(2, bob)];
    const devices = [annPhone, bobPhone, await on(2, ann), await on(1, bob)];
    const burst = async (phone: TestSocket, name: string) => {
      for (let round = 0; round < 5; round += 1)
        await Promise.all(Array.from({ length: 20 }, (_, n) => say(phone, `${name} ${round * 20 + n}`)));
    };

    await Promise.all([burst(annPhone, 'ann'), burst(bobPhone, 'bob')]);

    for (const device of devices) {
      const heard = (await device.count('receive_message', 200, undefined, 20_000)) as {
        seq: number;
        text: string;
      }[];
      await device.settle();
      expect(device.all('receive_message')).toHaveLength(200);
      for (const name of ['ann', 'bob']) {
        const own = heard.filter(({ text }) => text.startsWith(name));
        expect(own.map(({ text }) => text)).toEqual(Array.from({ length: 100 }, (_, n) => `${name} ${n}`));
        expect(own.map(({ seq }) => seq)).toEqual(own.map(({ seq }) => seq).toSorted((a, b) => a - b));
      }
      const seqs = heard.map(({ seq }) => seq).toSorted((a, b) => a - b);
      expect(seqs).toEqual(Array.from({ length: 200 }, (_, n) => (seqs[0] as number) + n));
    }
  }, 60_000);
});
