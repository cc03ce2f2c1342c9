import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  callOf,
  callsOf,
  connectCall,
  GRACE_MS,
  type Pair,
  pair,
  ring,
  RING_MS,
  sdp,
  seat,
  syncedCalls,
  traceOf,
} from '../support/calls.js';
import { createTestApp, databaseUri, type TestApp } from '../support/create-test-app.js';

describe('a call', () => {
  let app: TestApp;
  let both: Pair;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  beforeEach(async () => {
    both = await pair(app);
  });

  afterAll(() => app.close());

  it('should be made by a client that knows no call ids and says who it is', async () => {
    const { ann, bob, chatId } = both;
    const { callId } = await ann.phone.ok('call_user', { to: bob.id, from: ann.id, callType: 'video' });
    const incoming = await bob.phone.next('incoming_call');
    expect(incoming).toMatchObject({ callId, from: ann.id, callType: 'video', chatId });

    await bob.phone.ok('call_accepted', { to: incoming.from, from: bob.id });
    await ann.phone.ok('offer', { to: bob.id, from: ann.id, offer: sdp('offer') });
    const { offer, from } = await bob.phone.next('offer');
    await bob.phone.ok('answer', { to: from, from: bob.id, answer: sdp('answer') });
    await ann.phone.next('answer', (one) => one.callId === callId && one.from === bob.id);
    await ann.phone.ok('call_ended', { to: bob.id });

    expect(offer).toEqual(sdp('offer'));
    const ended = await bob.phone.next('call_ended');
    expect(ended).toMatchObject({ callId, userId: ann.id, reason: 'hangup', call: { state: 'ended' } });
    expect(ended.call.durationMs).toBe(Date.parse(ended.call.endedAt) - Date.parse(ended.call.answeredAt));
    expect(await callOf(app, bob.user, callId)).toEqual(ended.call);
  });

  it('should take what follows an accept without waiting for its ack', async () => {
    const { ann, bob, chatId } = both;
    const { id: callId } = await ring(ann.phone, chatId);

    const accepted = bob.phone.ok('call_accepted', { callId });
    const answered = bob.phone.ok('answer', { callId, to: ann.id, answer: sdp('answer', 'at once') });
    const ended = bob.phone.ok('call_ended', { callId });

    expect((await accepted).call.state).toBe('active');
    expect(await answered).toEqual({});
    expect((await ended).call.state).toBe('ended');
    const heard = ann.phone.heard.map(({ event }) => event);
    expect(heard.slice(heard.indexOf('call_accepted')).slice(0, 3)).toEqual([
      'call_accepted',
      'answer',
      'call_ended',
    ]);
  });

  it('should be found by who was away: live by the sync, over by the history, the chat and what is unread', async () => {
    const { ann, bob, chatId } = both;
    const { id: callId } = await ring(ann.phone, chatId);
    expect((await syncedCalls(app, bob.user)).map(({ id }) => id)).toEqual([callId]);

    app.clock.advance(RING_MS);

    for (const { phone, laptop } of [ann, bob]) {
      for (const socket of [phone, laptop]) expect(await socket.next('call_missed')).toEqual({ callId });
    }
    expect(await syncedCalls(app, bob.user)).toEqual([]);
    const [missed] = await callsOf(app, bob.user, '?state=missed');
    expect(missed).toMatchObject({ id: callId, state: 'missed', endReason: 'timeout' });
    expect(seat(missed!, bob.id)).toBe('missed');
    const trace = await traceOf(app, bob.user, chatId, callId);
    expect(trace).toMatchObject({ senderId: ann.id, system: { kind: 'call', callId, state: 'missed' } });
    const unread = async () =>
      (await app.http.get(`/api/chats/${chatId}`).set(bob.user.auth).expect(200)).body.unreadCount as number;
    expect(await unread()).toBe(1);
    await bob.phone.ok('message_read', { chatId, seq: trace.seq });
    expect(await unread()).toBe(0);
  });
});

describe('a call over a restart of the server', () => {
  it('should leave everybody the whole grace to come back, however long it took', async () => {
    const settings = {
      MONGODB_URI: databaseUri(`calls_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
    };
    const before = await createTestApp(settings);
    // What it writes is an hour old when the next one starts.
    before.clock.advance(-3_600_000);
    const both = await pair(before);
    const callId = await connectCall(both);
    await before.close();

    const after = await createTestApp(settings);
    try {
      after.clock.advance(GRACE_MS - 1000);
      const [ann, bob] = [await after.connectAs(both.ann.user), await after.connectAs(both.bob.user)];
      await ann.ok('call_resume', { callId });
      const { call } = await bob.ok('call_resume', { callId });

      expect(call.state).toBe('active');
      await ann.next('call_resumed', ({ userId }) => userId === both.bob.id);
      await ann.ok('offer', { callId, to: both.bob.id, offer: sdp('offer', 'restart') });
      await bob.next('offer');
    } finally {
      await after.connection.dropDatabase();
      await after.close();
    }
  });
});
