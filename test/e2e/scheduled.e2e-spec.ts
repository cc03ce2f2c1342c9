import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { SCHEDULED_SWEEP_MS } from '../../src/jobs/scheduled-messages.job.js';
import { MAX_SCHEDULED } from '../../src/messages/scheduled/scheduled-messages.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('messages to be sent later', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let chatId: string;
  let annPhone: TestSocket;
  let annLaptop: TestSocket;
  let bobPhone: TestSocket;
  let evePhone: TestSocket;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '3650d', REFRESH_EXPIRES_IN: '3650d' });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    chatId = await app.group(ann, [bob]);
    [annPhone, annLaptop, bobPhone, evePhone] = (await Promise.all(
      [ann, ann, bob, eve].map((user) => app.connectAs(user)),
    )) as [TestSocket, TestSocket, TestSocket, TestSocket];
  });

  const inMs = (ms: number) => new Date(app.clock.nowMs() + ms).toISOString();
  const post = (user: TestUser, body: object, chat = chatId) =>
    app.http.post(`/api/chats/${chat}/messages`).set(user.auth).send(body);
  const list = async (user: TestUser, query = '') =>
    (await app.http.get(`/api/messages/scheduled${query}`).set(user.auth).expect(200)).body;
  const cancel = (user: TestUser, id: string) =>
    app.http.delete(`/api/messages/scheduled/${id}`).set(user.auth);
  const announceOnly = (send: string) =>
    app.http.patch(`/api/chats/${chatId}`).set(ann.auth).send({ settings: { send } }).expect(200);
  /** What people have written, without what the group tells of itself. */
  const history = async (user: TestUser, chat = chatId) => {
    const { body } = await app.http.get(`/api/chats/${chat}/messages`).set(user.auth).expect(200);
    return (body.items as any[]).filter(({ type }) => type !== 'system');
  };
  const textsOf = async (user: TestUser) => (await history(user)).map(({ text }) => text as string);

  it('should ack it, keep it to its sender, and send it at its moment to everybody, once', async () => {
    const sendAt = inMs(HOUR_MS);

    const ack = await annPhone.ok('new_message', {
      chatId,
      clientMessageId: 'later',
      text: 'good night',
      sendAt,
    });

    expect(ack).toEqual({
      scheduled: {
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        chatId,
        clientMessageId: 'later',
        text: 'good night',
        sendAt,
        state: 'pending',
        createdAt: expect.any(String),
      },
    });
    expect(await annLaptop.next('scheduled_message')).toEqual(ack.scheduled);
    expect((await list(ann)).items).toEqual([ack.scheduled]);
    expect(await history(ann)).toEqual([]);

    app.clock.advance(HOUR_MS - 1000);
    await Promise.all([bobPhone.settle(), annPhone.settle()]);
    expect(bobPhone.all('receive_message')).toEqual([]);
    app.clock.advance(1000);

    const message = await bobPhone.next('receive_message');
    expect(message).toMatchObject({ clientMessageId: 'later', text: 'good night', senderId: ann.id, seq: 2 });
    expect(await annLaptop.next('scheduled_message', ({ state }) => state === 'sent')).toMatchObject({
      id: ack.scheduled.id,
      messageId: message.id,
    });
    expect(Date.parse(message.createdAt)).toBeGreaterThanOrEqual(Date.parse(sendAt));
    expect((await list(ann)).items).toEqual([]);
    app.clock.advance(5 * MINUTE_MS);
    await bobPhone.settle();
    expect(bobPhone.all('receive_message')).toHaveLength(1);
    expect(bobPhone.all('scheduled_message')).toEqual([]);
  });

  it('should be the same over REST: 201, and 200 with the message for a retry after it was sent', async () => {
    const body = { clientMessageId: 'rest', text: 'by REST', sendAt: inMs(MINUTE_MS) };

    const first = await post(ann, body).expect(201);
    const again = await post(ann, body).expect(200);
    const parallel = await Promise.all(
      Array.from({ length: 5 }, () => annPhone.ok('new_message', { chatId, ...body })),
    );

    expect(first.body).toMatchObject({ state: 'pending', text: 'by REST', sendAt: body.sendAt });
    expect(again.body).toEqual(first.body);
    for (const ack of parallel) expect(ack).toEqual({ scheduled: first.body });
    app.clock.advance(MINUTE_MS);
    const message = await bobPhone.next('receive_message');
    expect((await post(ann, body).expect(200)).body).toEqual(message);
    expect(await annPhone.ok('new_message', { chatId, ...body })).toEqual({ message });
    await annPhone.refusal('CONFLICT', 'new_message', { chatId, ...body, text: 'other' });
    expect(await textsOf(bob)).toEqual(['by REST']);
  });

  it('should schedule once what comes several times at once', async () => {
    const body = { clientMessageId: 'race', text: 'once', sendAt: inMs(MINUTE_MS) };

    const answers = await Promise.all(Array.from({ length: 10 }, () => post(ann, body)));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(9).fill(200), 201]);
    expect(new Set(answers.map(({ body: { id } }) => id as string)).size).toBe(1);
    expect((await list(ann)).items).toHaveLength(1);
  });

  it('should refuse the same id with another content or time, and one that a message has', async () => {
    const body = { clientMessageId: 'taken', text: 'one', sendAt: inMs(MINUTE_MS) };
    await post(ann, body).expect(201);
    await post(ann, { clientMessageId: 'message', text: 'sent' }).expect(201);

    await post(ann, { ...body, text: 'two' }).expect(409);
    await post(ann, { ...body, sendAt: inMs(HOUR_MS) }).expect(409);
    await post(ann, { ...body, clientMessageId: 'message' }).expect(409);
    // Of the very same content it is a retry.
    const sent = await post(ann, { ...body, clientMessageId: 'message', text: 'sent' }).expect(200);
    expect(sent.body).toMatchObject({ seq: 2, text: 'sent' });
    // Another sender and another chat have ids of their own.
    await post(bob, { ...body, text: 'two' }).expect(201);
    await post(ann, { ...body, text: 'two' }, await app.directChat(ann, bob)).expect(201);
  });

  it('should send at once what is sent under its id without a time, and then never again', async () => {
    const { scheduled } = await annPhone.ok('new_message', {
      chatId,
      clientMessageId: 'now',
      text: 'now after all',
      sendAt: inMs(MINUTE_MS),
    });

    const { message } = await annPhone.ok('new_message', {
      chatId,
      clientMessageId: 'now',
      text: 'now after all',
    });
    app.clock.advance(MINUTE_MS);

    const sent = await annPhone.next('scheduled_message', ({ state }) => state === 'sent');
    expect(sent).toMatchObject({ id: scheduled.id, messageId: message.id });
    expect(await textsOf(bob)).toEqual(['now after all']);
    expect((await list(ann)).items).toEqual([]);
  });

  it.each([
    ['past', () => inMs(-1000), 'future'],
    ['more than a year ahead', () => inMs(367 * DAY_MS), 'maxAhead'],
    ['without a zone', () => '2030-01-01T00:00:00', 'zone'],
    ['a day', () => '2030-01-01', 'zone'],
    ['a day that does not exist', () => '2030-02-30T00:00:00Z', 'isIso8601'],
  ])('should refuse a time that is %s', async (_, sendAt, rule) => {
    const error = await annPhone.refusal('VALIDATION', 'new_message', {
      chatId,
      text: 'x',
      sendAt: sendAt(),
    });

    expect(error.details).toMatchObject([{ field: 'sendAt', rule }]);
    expect((await list(ann)).items).toEqual([]);
  });

  it('should take a moment of any zone', async () => {
    const local = new Date(app.clock.nowMs() + 3 * HOUR_MS).toISOString().replace('Z', '+02:00');

    const { scheduled } = await annPhone.ok('new_message', { chatId, text: 'x', sendAt: local });

    expect(Date.parse(scheduled.sendAt)).toBe(Date.parse(local));
  });

  it('should never send what was cancelled, and tell the other devices', async () => {
    const body = { clientMessageId: 'regret', text: 'regret', sendAt: inMs(MINUTE_MS) };
    const { id } = (await post(ann, body).expect(201)).body;

    await cancel(ann, id).expect(204);

    expect(await annLaptop.next('scheduled_message', ({ state }) => state === 'cancelled')).toMatchObject({
      id,
    });
    expect((await list(ann)).items).toEqual([]);
    await cancel(ann, id).expect(404);
    // A late retry of the scheduling does not bring it back.
    expect((await post(ann, body).expect(410)).body.error.code).toBe('GONE');
    await annPhone.refusal('GONE', 'new_message', { chatId, ...body });
    await annPhone.refusal('CONFLICT', 'new_message', { chatId, ...body, text: 'other' });
    app.clock.advance(HOUR_MS);
    await Promise.all([bobPhone.settle(), annPhone.settle()]);
    expect(await history(bob)).toEqual([]);
    // What is left of it goes.
    app.clock.advance(DAY_MS);
    const shells = app.connection.collection('scheduled_messages');
    await expect
      .poll(() => {
        app.clock.advance(SCHEDULED_SWEEP_MS);
        return shells.countDocuments({ senderId: new Types.ObjectId(ann.id) });
      })
      .toBe(0);
  });

  it('should have one outcome where cancelling and sending race', async () => {
    const bodies = Array.from({ length: 20 }, (_, n) => ({
      clientMessageId: `race ${n}`,
      text: `race ${n}`,
      sendAt: inMs(MINUTE_MS),
    }));
    const scheduled = await Promise.all(bodies.map(async (body) => (await post(ann, body).expect(201)).body));

    const cancelling = scheduled.slice(0, 10).map(({ id }) => cancel(ann, id));
    app.clock.advance(MINUTE_MS);
    const late = scheduled.slice(10).map(({ id }) => cancel(ann, id));
    const answers = (await Promise.all([...cancelling, ...late])).map(({ status }) => status);

    await expect.poll(async () => (await list(ann)).items).toEqual([]);
    const sent = new Set(await textsOf(bob));
    for (const [n, status] of answers.entries()) {
      expect([204, 404, 409]).toContain(status);
      expect(sent.has(`race ${n}`), `${n} was answered ${status}`).toBe(status !== 204);
    }
  });

  it('should list by time, in pages, only to its sender', async () => {
    for (const minutes of [3, 1, 2, 5, 4])
      await post(ann, {
        clientMessageId: `${minutes}`,
        text: `${minutes}`,
        sendAt: inMs(minutes * MINUTE_MS),
      });
    await post(bob, { clientMessageId: 'bob', text: 'of Bob', sendAt: inMs(MINUTE_MS) });

    const texts: string[] = [];
    let query = '?limit=2';
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(ann, query);
      texts.push(...page.items.map(({ text }: { text: string }) => text));
      cursor = page.nextCursor;
      query = `?limit=2&cursor=${cursor}`;
    }

    expect(texts).toEqual(['1', '2', '3', '4', '5']);
    const [first] = (await list(ann)).items;
    await cancel(bob, first.id).expect(404);
    await cancel(eve, first.id).expect(404);
    expect((await list(eve)).items).toEqual([]);
    await Promise.all([bobPhone.settle(), evePhone.settle()]);
    expect(bobPhone.all('scheduled_message').map(({ text }) => text)).toEqual(['of Bob']);
    expect(evePhone.heard).toEqual([]);
  });

  it('should go in order where several of one chat are due at once', async () => {
    for (const n of [2, 3, 1])
      await post(ann, { clientMessageId: `${n}`, text: `${n}`, sendAt: inMs(n * MINUTE_MS) }).expect(201);

    app.clock.advance(HOUR_MS);

    await bobPhone.count('receive_message', 3);
    expect(await textsOf(bob)).toEqual(['1', '2', '3']);
  });

  it('should refuse a stranger, an ex-member and who is not admitted, and store nothing', async () => {
    const body = { clientMessageId: 'x', text: 'x', sendAt: inMs(MINUTE_MS) };
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    const direct = await app.directChat(ann, eve);
    await app.http.put(`/api/blocks/${ann.id}`).set(eve.auth);

    await post(eve, body).expect(404);
    await post(bob, body).expect(403);
    await post(ann, body, direct).expect(403);
    await evePhone.refusal('NOT_FOUND', 'new_message', { chatId, ...body });
    await bobPhone.refusal('FORBIDDEN', 'new_message', { chatId, ...body });

    for (const user of [ann, bob, eve]) expect((await list(user)).items).toEqual([]);
  });

  it('should refuse a claim to be somebody else', async () => {
    const body = { chatId, text: 'x', sendAt: inMs(MINUTE_MS) };

    await annPhone.refusal('FORBIDDEN', 'new_message', { ...body, senderId: bob.id });
    const { scheduled } = await annPhone.ok('new_message', { ...body, senderId: ann.id });

    expect(Object.keys(scheduled).toSorted()).toEqual(
      ['chatId', 'clientMessageId', 'createdAt', 'id', 'sendAt', 'state', 'text'].toSorted(),
    );
  });

  it('should fail with the reason where the sender may not write any more, and tell only their devices', async () => {
    const body = { clientMessageId: 'late', text: 'too late', sendAt: inMs(MINUTE_MS) };
    const { scheduled } = await bobPhone.ok('new_message', { chatId, ...body });
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);

    app.clock.advance(MINUTE_MS);

    const failed = await bobPhone.next('scheduled_message', ({ state }) => state === 'failed');
    expect(failed).toMatchObject({ id: scheduled.id, text: 'too late', failure: { code: 'FORBIDDEN' } });
    expect((await list(bob)).items).toEqual([failed]);
    expect(await history(ann)).toEqual([]);
    expect(annPhone.all('scheduled_message')).toEqual([]);
    // A retry of the scheduling finds it as it is.
    expect(await bobPhone.ok('new_message', { chatId, ...body })).toEqual({ scheduled: failed });
    await cancel(bob, scheduled.id).expect(204);
    expect((await list(bob)).items).toEqual([]);
  });

  it('should be for those who may write in a group for announcements, when it is scheduled', async () => {
    await announceOnly('admins');
    const body = { text: 'x', sendAt: inMs(MINUTE_MS) };

    const { body: refusal } = await post(bob, { clientMessageId: 'rest', ...body }).expect(403);
    await bobPhone.refusal('FORBIDDEN', 'new_message', { chatId, ...body });

    expect(refusal.error).toMatchObject({ code: 'FORBIDDEN', message: 'Only admins write in this group' });
    expect((await list(bob)).items).toEqual([]);
    await annPhone.ok('new_message', { chatId, ...body });
    await announceOnly('all');
    await bobPhone.ok('new_message', { chatId, ...body });
  });

  it('should fail where the group has become one for announcements meanwhile', async () => {
    const sendAt = inMs(MINUTE_MS);
    const { scheduled } = await bobPhone.ok('new_message', { chatId, text: 'of Bob', sendAt });
    await annPhone.ok('new_message', { chatId, text: 'of Ann', sendAt });
    await announceOnly('admins');

    app.clock.advance(MINUTE_MS);

    const failed = await bobPhone.next('scheduled_message', ({ state }) => state === 'failed');
    const failure = { code: 'FORBIDDEN', message: 'Only admins write in this group' };
    expect(failed).toMatchObject({ id: scheduled.id, text: 'of Bob', failure });
    await annPhone.next('scheduled_message', ({ state }) => state === 'sent');
    expect(await textsOf(bob)).toEqual(['of Ann']);
    expect(annPhone.all('scheduled_message').map(({ text }) => text)).not.toContain('of Bob');
    expect(evePhone.heard).toEqual([]);
  });

  it('should forget after a month what failed and was not removed', async () => {
    await bobPhone.ok('new_message', { chatId, text: 'x', sendAt: inMs(MINUTE_MS) });
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    app.clock.advance(MINUTE_MS);
    await bobPhone.next('scheduled_message', ({ state }) => state === 'failed');

    app.clock.advance(30 * DAY_MS);

    await expect
      .poll(async () => {
        app.clock.advance(SCHEDULED_SWEEP_MS);
        return (await list(bob)).items;
      })
      .toEqual([]);
  });

  it('should bound how many one user has waiting', async () => {
    const sendAt = inMs(HOUR_MS);
    for (let n = 0; n < MAX_SCHEDULED; n += 1)
      await annPhone.ok('new_message', { chatId, text: `${n}`, sendAt });

    await annPhone.refusal('CONFLICT', 'new_message', { chatId, text: 'one more', sendAt });
    await bobPhone.ok('new_message', { chatId, text: 'of Bob', sendAt });

    const [first] = (await list(ann)).items;
    await cancel(ann, first.id).expect(204);
    await annPhone.ok('new_message', { chatId, text: 'one more', sendAt });
  });
});
