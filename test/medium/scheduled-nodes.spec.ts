import { randomBytes } from 'node:crypto';

import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ScheduledSender } from '../../src/messages/scheduled/scheduled-sender.service.js';
import { createTestApp, databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const MINUTE_MS = 60_000;

describe('scheduled messages on two nodes', () => {
  let a: TestApp;
  let b: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let chatId: string;
  let watchers: TestSocket[];

  beforeAll(async () => {
    const settings = {
      MONGODB_URI: databaseUri(`scheduled_nodes_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
      RATE_LIMITS: 'off',
    };
    [a, b] = await Promise.all([createTestApp(settings), createTestApp(settings)]);
    [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    chatId = await a.directChat(ann, bob);
    watchers = await Promise.all([a, b].map((node) => node.connectAs(bob)));
  });

  afterAll(async () => {
    await a.connection.dropDatabase();
    await Promise.all([a.close(), b.close()]);
  });

  const rows = () => a.connection.collection('scheduled_messages');
  const schedule = async (clientMessageId: string) => {
    const sendAt = new Date(a.clock.nowMs() + MINUTE_MS).toISOString();
    const body = { clientMessageId, text: clientMessageId, sendAt };
    const answer = await a.http.post(`/api/chats/${chatId}/messages`).set(ann.auth).send(body).expect(201);
    return (answer.body as { id: string }).id;
  };
  const stored = async () => {
    const { body } = await b.http.get(`/api/chats/${chatId}/messages?limit=100`).set(bob.auth).expect(200);
    return (body as { items: { clientMessageId: string }[] }).items.map(
      ({ clientMessageId }) => clientMessageId,
    );
  };
  const advance = (ms: number) => [a, b].forEach(({ clock }) => clock.advance(ms));
  const sendDue = () =>
    Promise.all([a, b, a, b].map((node) => node.app.get(ScheduledSender, { strict: false }).sendDue()));

  it('should send each once, whichever of them takes it', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `each ${n}`);
    await Promise.all(ids.map(schedule));

    advance(MINUTE_MS);
    await sendDue();

    await expect.poll(() => rows().countDocuments()).toBe(0);
    expect((await stored()).toSorted()).toEqual(ids.toSorted());
    const heard = () => watchers.flatMap((watcher) => watcher.all('receive_message'));
    await expect.poll(() => heard().length).toBe(ids.length);
  });

  it('should send what another node has scheduled and did not live to send', async () => {
    const id = await schedule('orphan');
    b.clock.advance(MINUTE_MS);

    await b.app.get(ScheduledSender, { strict: false }).sendDue();

    expect(await stored()).toContain('orphan');
    expect(await rows().findOne({ _id: new Types.ObjectId(id) })).toBeNull();
    a.clock.advance(MINUTE_MS);
  });

  it.each([
    ['before it sent', false],
    ['after it sent', true],
  ])('should go on where a node took one and was lost %s', async (when, isSent) => {
    const id = await schedule(when);
    const _id = new Types.ObjectId(id);
    const dueAt = new Date(a.clock.nowMs() + MINUTE_MS);
    await rows().updateOne({ _id }, { $set: { state: 'sending', dueAt } });
    const body = { clientMessageId: when, text: when };
    if (isSent) await a.http.post(`/api/chats/${chatId}/messages`).set(ann.auth).send(body).expect(201);
    await Promise.all(watchers.map((watcher) => watcher.settle()));
    for (const watcher of watchers) watcher.forget();

    const cancelling = () => b.http.delete(`/api/messages/scheduled/${id}`).set(ann.auth);
    await cancelling().expect(409);
    await sendDue();
    expect(await rows().findOne({ _id })).toMatchObject({ state: 'sending' });
    advance(2 * MINUTE_MS);
    await sendDue();

    await expect.poll(() => rows().findOne({ _id })).toBeNull();
    expect((await stored()).filter((one) => one === when)).toEqual([when]);
    await Promise.all(watchers.map((watcher) => watcher.settle()));
    expect(watchers.flatMap((watcher) => watcher.all('receive_message'))).toHaveLength(isSent ? 0 : 1);
    await cancelling().expect(404);
  });

  it('should know what it sent before the sender lost the chat', async () => {
    const group = await a.group(ann, [bob]);
    const sendAt = new Date(a.clock.nowMs() + MINUTE_MS).toISOString();
    const body = { clientMessageId: 'cut short', text: 'x' };
    const url = `/api/chats/${group}/messages`;
    const { id } = (
      await a.http
        .post(url)
        .set(bob.auth)
        .send({ ...body, sendAt })
        .expect(201)
    ).body;
    await a.http.post(url).set(bob.auth).send(body).expect(201);
    await a.http.delete(`/api/chats/${group}/me`).set(bob.auth).expect(204);
    await a.http.delete(`/api/chats/${group}/me`).set(bob.auth).expect(204);
    const phone = await a.connectAs(bob);

    a.clock.advance(MINUTE_MS);

    expect(await phone.next('scheduled_message')).toMatchObject({ id, state: 'sent' });
    b.clock.advance(MINUTE_MS);
  });
});
