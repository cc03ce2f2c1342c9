import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  candidate,
  connectCall,
  GRACE_MS,
  heardOfCalls,
  type Pair,
  pair,
  ring,
  sdp,
  settleAll,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

describe('signals between the devices of a call', () => {
  let app: TestApp;
  let both: Pair;
  let sockets: TestSocket[];

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  beforeEach(async () => {
    both = await pair(app);
    sockets = [both.ann, both.bob].flatMap(({ phone, laptop }) => [phone, laptop]);
  });

  afterAll(() => app.close());

  /** Signals heard by a socket, in order. */
  const signals = ({ heard }: TestSocket) =>
    heard.filter(({ event }) => ['offer', 'answer', 'ice_candidate'].includes(event));

  it('should go to the one device in the call, say from whom, and show nothing else', async () => {
    const { ann, bob } = both;
    const callId = await connectCall(both);
    const offer = { type: 'offer', sdp: 'v=0', extra: { of: 'a library' } };

    expect(await ann.phone.ok('offer', { callId, to: bob.id, offer, from: ann.id })).toEqual({});
    expect(await bob.phone.ok('answer', { callId, to: ann.id, answer: 'v=0 as text' })).toEqual({});
    expect(await bob.phone.ok('ice_candidate', { callId, to: ann.id, candidate: 'candidate:1' })).toEqual({});
    await bob.phone.ok('ice_candidate', { callId, to: ann.id, candidate: null });

    await settleAll(...sockets);
    expect(signals(bob.phone)).toEqual([{ event: 'offer', payload: { callId, from: ann.id, offer } }]);
    expect(signals(ann.phone)).toEqual([
      { event: 'answer', payload: { callId, from: bob.id, answer: 'v=0 as text' } },
      { event: 'ice_candidate', payload: { callId, from: bob.id, candidate: 'candidate:1' } },
      { event: 'ice_candidate', payload: { callId, from: bob.id, candidate: null } },
    ]);
    expect([...signals(ann.laptop), ...signals(bob.laptop)]).toEqual([]);
  });

  it('should let both renegotiate as often as they like, in order', async () => {
    const { ann, bob } = both;
    const callId = await connectCall(both);

    for (let n = 0; n < 10; n += 1) {
      await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', `a${n}`) });
      await bob.phone.ok('offer', { callId, to: ann.id, offer: sdp('offer', `b${n}`) });
      ann.phone.raw.emit('ice_candidate', { callId, to: bob.id, candidate: candidate(n) });
    }

    await settleAll(...sockets);
    const order = signals(bob.phone).map(
      ({ payload }) => (payload.offer?.sdp ?? payload.candidate.candidate) as string,
    );
    expect(order).toEqual(
      Array.from({ length: 10 }, (_, n) => [sdp('offer', `a${n}`).sdp, candidate(n).candidate]).flat(),
    );
    expect(ann.phone.all('offer')).toHaveLength(10);
  });

  it('should be handed to the device that accepts, behind its ack, and to no other', async () => {
    const { ann, bob, chatId } = both;
    const { id: callId } = await ring(ann.phone, chatId);
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', 'old') });
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', 'new') });
    for (let n = 0; n < 5; n += 1)
      await ann.phone.ok('ice_candidate', { callId, to: bob.id, candidate: candidate(n) });
    await settleAll(...sockets);
    for (const { phone, laptop } of [bob])
      expect([...heardOfCalls(phone), ...heardOfCalls(laptop)]).toEqual(['incoming_call', 'incoming_call']);
    const heardAtAck: unknown[] = [];

    bob.laptop.raw.emit('call_accepted', { callId }, () => heardAtAck.push(...signals(bob.laptop)));
    await bob.laptop.count('ice_candidate', 5);

    expect(heardAtAck).toEqual([]);
    expect(signals(bob.laptop)).toEqual([
      { event: 'offer', payload: { callId, from: ann.id, offer: sdp('offer', 'new') } },
      ...Array.from({ length: 5 }, (_, n) => ({
        event: 'ice_candidate',
        payload: { callId, from: ann.id, candidate: candidate(n) },
      })),
    ]);
    await bob.phone.settle();
    expect(signals(bob.phone)).toEqual([]);
  });

  it('should not let who is being rung speak before accepting', async () => {
    const { ann, bob, chatId } = both;
    const { id: callId } = await ring(ann.phone, chatId);

    for (const [event, payload] of [
      ['offer', { offer: sdp('offer') }],
      ['answer', { answer: sdp('answer') }],
      ['ice_candidate', { candidate: candidate(1) }],
    ] as const) {
      await bob.phone.refusal('FORBIDDEN', event, { callId, to: ann.id, ...payload });
    }
    await bob.phone.refusal('FORBIDDEN', 'media_state', { callId, audio: true, video: true, screen: false });

    await settleAll(...sockets);
    expect(heardOfCalls(ann.phone)).toEqual([]);
  });

  it.each(['call_rejected', 'call_ended'])('should be forgotten with the call (%s)', async (event) => {
    const { ann, bob, chatId } = both;
    const { id: callId } = await ring(ann.phone, chatId);
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', 'of the past') });
    await (event === 'call_rejected' ? bob.phone : ann.phone).ok(event, { callId });

    await connectCall(both);

    await settleAll(...sockets);
    expect(signals(bob.phone)).toEqual([]);
  });

  it('should wait for who is interrupted, and reach the new socket only', async () => {
    const { ann, bob } = both;
    const callId = await connectCall(both);
    bob.phone.raw.io.engine.close();
    await ann.phone.next('call_interrupted');
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', 'restart') });
    await ann.phone.ok('ice_candidate', { callId, to: bob.id, candidate: candidate(1) });
    const back = await app.connectAs(bob.user);
    await back.settle();
    expect(signals(back)).toEqual([]);

    await back.ok('call_resume', { callId });

    await back.count('ice_candidate', 1);
    expect(signals(back).map(({ event }) => event)).toEqual(['offer', 'ice_candidate']);
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', 'next') });
    await back.next('offer', ({ offer }) => offer.sdp.includes('next'));
    await back.ok('answer', { callId, to: ann.id, answer: sdp('answer', 'next') });
    await ann.phone.next('answer', ({ answer }) => answer.sdp.includes('next'));
    expect(signals(bob.laptop)).toEqual([]);
    app.clock.advance(GRACE_MS * 2);
    await back.ok('media_state', { callId, audio: false, video: true, screen: true });
    expect(await ann.phone.next('media_state')).toEqual({
      callId,
      userId: bob.id,
      audio: false,
      video: true,
      screen: true,
    });
  });

  it('should not be lost where they cross the answer, or the way back', async () => {
    const { ann, bob, chatId } = both;
    let device = bob.phone;
    for (let n = 0; n < 25; n += 1) {
      const { id: callId } = await ring(ann.phone, chatId);
      const offer = () =>
        ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', `${callId}-${n}-`) });
      const heard = () =>
        device.next('offer', (one) => one.callId === callId && one.offer.sdp.includes(`-${n}-`));
      const answering = device.ok('call_accepted', { callId });
      // Each time at another moment of the answer.
      for (let wait = 0; wait < n % 5; wait += 1) await new Promise(setImmediate);
      await Promise.all([answering, offer()]);
      await heard();

      device.raw.io.engine.close();
      await ann.phone.next('call_interrupted', (one) => one.callId === callId);
      device = await app.connectAs(bob.user);
      const returning = device.ok('call_resume', { callId });
      for (let wait = 0; wait < n % 5; wait += 1) await new Promise(setImmediate);
      await Promise.all([returning, offer()]);
      await heard();
      await device.settle();
      expect(device.all('offer')).toHaveLength(1);
      await device.ok('call_ended', { callId });
    }
  });

  it('should never be stored', async () => {
    const { ann, bob, chatId } = both;
    const mark = 'a-secret-of-the-two';
    const { id: callId } = await ring(ann.phone, chatId);
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', mark) });
    await ann.phone.ok('ice_candidate', { callId, to: bob.id, candidate: candidate(mark) });
    await bob.phone.ok('call_accepted', { callId });
    await bob.phone.ok('answer', { callId, to: ann.id, answer: sdp('answer', mark) });
    await bob.phone.ok('call_ended', { callId });

    const collections = (await app.connection.db?.collections()) ?? [];
    const stored = await Promise.all(collections.map((one) => one.find().toArray()));

    expect(JSON.stringify(stored)).toContain(callId);
    expect(JSON.stringify(stored)).not.toContain(mark);
  });

  it('should find the one live call of who leaves callId out', async () => {
    const { ann, bob } = both;
    const { callId } = await ann.phone.ok('call_user', { to: bob.id, callType: 'audio', from: ann.id });
    await bob.phone.ok('call_accepted', { to: ann.id });
    await ann.phone.ok('offer', { to: bob.id, offer: sdp('offer') });
    await bob.phone.ok('answer', { to: ann.id, answer: sdp('answer') });
    await bob.phone.ok('ice_candidate', { to: ann.id, candidate: candidate(1) });

    await settleAll(...sockets);
    expect(signals(ann.phone).map(({ payload }) => payload.callId as string)).toEqual([callId, callId]);
    expect(signals(bob.phone).map(({ payload }) => payload.callId as string)).toEqual([callId]);
    expect((await ann.phone.ok('call_ended', {})).call).toMatchObject({ id: callId, state: 'ended' });
    await bob.phone.next('call_ended');
    await ann.phone.ok('call_user', { to: bob.id, callType: 'audio' });
    await bob.phone.next('incoming_call', (one) => one.callId !== callId);
    expect((await bob.phone.ok('call_rejected', {})).call.state).toBe('rejected');
  });
});
