import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  callOf,
  callsOf,
  type CallView,
  connectCall,
  expectFree,
  type Pair,
  pair,
  people,
  type Person,
  ring,
  RING_MS,
  sharedSettings,
  traceOf,
  traces,
} from '../support/calls.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

const TIMED = { durationMs: expect.any(Number) };

describe('what is kept of calls', () => {
  let app: TestApp;
  let both: Pair;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '30d' });
  });

  beforeEach(async () => {
    both = await pair(app);
  });

  afterAll(() => app.close());

  const chatOf = async ({ auth }: TestUser, chatId: string) =>
    (await app.http.get(`/api/chats/${chatId}`).set(auth).expect(200)).body;

  /** Ways in which a call comes to its end, and what is left of each. */
  const ENDS: [string, number, (both: Pair) => Promise<string>][] = [
    [
      'ended',
      0,
      async ({ ann, bob, chatId }) => {
        const callId = await connectCall({ ann, bob, chatId });
        app.clock.advance(61_000);
        await ann.phone.ok('call_ended', { callId });
        return callId;
      },
    ],
    [
      'rejected',
      0,
      async ({ ann, bob, chatId }) => {
        const { id } = await ring(ann.phone, chatId);
        await bob.phone.ok('call_rejected', { callId: id, reason: 'in a meeting' });
        return id;
      },
    ],
    [
      'cancelled',
      1,
      async ({ ann, chatId }) => {
        const { id } = await ring(ann.phone, chatId);
        await ann.phone.ok('call_ended', { callId: id });
        return id;
      },
    ],
    [
      'missed',
      1,
      async ({ ann, chatId }) => {
        const { id } = await ring(ann.phone, chatId);
        app.clock.advance(RING_MS);
        await ann.phone.next('call_missed');
        return id;
      },
    ],
    [
      'busy',
      1,
      async ({ ann, bob }) => {
        const [cleo] = (await people(app, 1)) as [Person];
        const { id } = await ring(bob.laptop, await app.directChat(bob.user, cleo.user));
        await ann.phone.refusal('BUSY', 'call_user', { to: bob.id, callType: 'video' });
        const { callId } = await bob.phone.next('call_missed');
        await bob.laptop.ok('call_ended', { callId: id });
        return callId as string;
      },
    ],
  ];

  it.each(ENDS)('should say %s once in the chat, and count %i as unread', async (state, unread, play) => {
    const { ann, bob, chatId } = both;

    const callId = await play(both);

    const trace = await traceOf(app, bob.user, chatId, callId);
    expect(trace).toMatchObject({ chatId, seq: 1, senderId: ann.id, type: 'system', text: '' });
    expect(trace.system).toEqual({
      kind: 'call',
      callId,
      callType: 'video',
      state,
      ...(state === 'ended' && TIMED),
    });
    for (const socket of [ann.phone, ann.laptop, bob.phone, bob.laptop]) {
      await socket.next('receive_message', (message) => message.chatId === chatId);
      await socket.settle();
      const told = socket.all('receive_message').filter((message) => message.chatId === chatId);
      expect(told).toEqual([trace]);
    }
    const { body } = await app.http.post('/api/sync').set(bob.user.auth).send({ chats: {} }).expect(200);
    const synced = (body.chats as any[]).find(({ chat }) => chat.id === chatId);
    expect(synced.messages).toEqual([trace]);
    expect(await chatOf(bob.user, chatId)).toMatchObject({ lastSeq: 1, unreadCount: unread });
    expect(await chatOf(ann.user, chatId)).toMatchObject({ lastSeq: 1, unreadCount: 0 });
    await bob.phone.ok('message_read', { chatId, seq: 1 });
    expect(await chatOf(bob.user, chatId)).toMatchObject({ unreadCount: 0 });
    await expectFree(app, both);
  });

  it.each(ENDS)(
    'should keep a call that was %s in the history of both, in the shared view',
    async (state, unread, play) => {
      const { ann, bob } = both;

      const callId = await play(both);

      const ofAnn = await callOf(app, ann.user, callId);
      const ofBob = await callOf(app, bob.user, callId);
      expect(ofAnn).toMatchObject({ id: callId, state, callerId: ann.id, endedAt: expect.any(String) });
      expect(ofBob).toEqual({ ...ofAnn, state: state === 'busy' ? 'missed' : state });
      expect((await callsOf(app, ann.user)).find(({ id }) => id === callId)).toEqual(ofAnn);
      expect((await callsOf(app, bob.user)).find(({ id }) => id === callId)).toEqual(ofBob);
      for (const view of [ofAnn, ofBob]) expectContractView(view);
      const missedByBob = await callsOf(app, bob.user, '?state=missed');
      expect(missedByBob.map(({ id }) => id)).toEqual(unread ? [callId] : []);
    },
  );

  it('should count the time from answer to end', async () => {
    const { ann, bob, chatId } = both;
    const { id: callId } = await ring(ann.phone, chatId);
    app.clock.advance(10_000);
    await bob.phone.ok('call_accepted', { callId });
    app.clock.advance(60_000);
    const { call } = (await bob.phone.ok('call_ended', { callId, reason: 'bye' })) as { call: CallView };

    const ms = (from?: string, to?: string) => Date.parse(to ?? '') - Date.parse(from ?? '');
    expect(call.durationMs).toBe(ms(call.answeredAt, call.endedAt));
    expect(call.durationMs).toBeGreaterThanOrEqual(60_000);
    expect(call.durationMs).toBeLessThan(70_000);
    expect(ms(call.createdAt, call.answeredAt)).toBeGreaterThanOrEqual(10_000);
    expect((await traceOf(app, ann.user, chatId, callId)).system.durationMs).toBe(call.durationMs);
    expect(await ann.phone.next('call_ended')).toEqual({ callId, userId: bob.id, reason: 'bye', call });
    expect(call.participants.map(({ state }) => state)).toEqual(['left', 'left']);
  });

  it('should page through the history, newest first, and filter it', async () => {
    const { ann, bob, chatId } = both;
    const callIds: string[] = [];
    for (let n = 0; n < 23; n += 1) {
      const { id } = await ring(ann.phone, chatId);
      if (n % 2) await bob.phone.ok('call_rejected', { callId: id });
      else {
        app.clock.advance(RING_MS);
        await ann.phone.next('call_missed', ({ callId }) => callId === id);
      }
      callIds.unshift(id);
    }

    const pages = async (query: string) => {
      const found: string[] = [];
      for (let cursor = ''; ;) {
        const path = `/api/calls?limit=5${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
        const { body } = await app.http.get(path).set(bob.user.auth).expect(200);
        expect(body.items.length).toBeLessThanOrEqual(5);
        found.push(...(body.items as CallView[]).map(({ id }) => id));
        if (body.nextCursor === null) return found;
        cursor = body.nextCursor as string;
      }
    };

    expect(await pages('')).toEqual(callIds);
    expect(await pages('&state=missed')).toEqual(callIds.filter((__, i) => (22 - i) % 2 === 0));
    for (const query of ['?state=lost', '?limit=101', '?limit=0', '?cursor=rubbish', '?userId=x'])
      await app.http.get(`/api/calls${query}`).set(bob.user.auth).expect(400);
    const [eve] = (await people(app, 1)) as [Person];
    expect(await callsOf(app, eve.user)).toEqual([]);
  });

  it('should say in the chat what a crash has kept back, once, at the next start', async () => {
    const shared = sharedSettings();
    const before = await createTestApp(shared);
    const { ann, bob, chatId } = await pair(before);
    const { id: callId } = await ring(ann.phone, chatId);
    await bob.phone.ok('call_rejected', { callId });
    await traceOf(before, bob.user, chatId, callId);
    // As a crash leaves it: the one is written, and not known to be; the other was never written.
    const calls = before.connection.collection('calls');
    const untold = new Types.ObjectId();
    const { _id: told, ...rest } = (await calls.findOneAndUpdate({}, { $set: { isTraced: false } })) ?? {};
    await calls.insertOne({ ...rest, _id: untold, isTraced: false });

    const after = await createTestApp(shared);

    const found = await traces(after, bob.user, chatId);
    expect(found.map(({ system }) => system.callId as string).toSorted()).toEqual(
      [String(told), String(untold)].toSorted(),
    );
    expect(await calls.countDocuments({ isTraced: true })).toBe(2);
    await before.connection.dropDatabase();
    await Promise.all([before, after].map((node) => node.close()));
  });

  /** The contract's fields, and no device, socket, session or node of anybody. */
  function expectContractView(view: CallView): void {
    const fields =
      'id chatId callType state callerId participants createdAt answeredAt endedAt durationMs endReason';
    expect(fields.split(' ')).toEqual(expect.arrayContaining(Object.keys(view)));
    for (const one of view.participants)
      expect(['userId', 'state', 'joinedAt', 'leftAt']).toEqual(expect.arrayContaining(Object.keys(one)));
    expect(JSON.stringify(view)).not.toMatch(/socket|session|node|device|version|busyUserIds|hidden/i);
  }
});
