import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  callOf,
  connectCall,
  drop,
  expectFree,
  GRACE_MS,
  heardOfCalls,
  interrupted,
  type Pair,
  pair,
  type Person,
  sdp,
  seat,
  settleAll,
  syncedCalls,
  traceOf,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

describe('a call whose parties come and go', () => {
  let app: TestApp;
  let both: Pair;
  let callId: string;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  beforeEach(async () => {
    both = await pair(app);
    callId = await connectCall(both);
    const { ann, bob } = both;
    await settleAll(ann.phone, ann.laptop, bob.phone, bob.laptop);
    for (const { phone, laptop } of [ann, bob]) [phone, laptop].forEach((socket) => socket.forget());
  });

  afterAll(() => app.close());

  const expectSpeaking = async (annDevice: TestSocket, bobDevice: TestSocket, mark: string) => {
    const { ann, bob } = both;
    await annDevice.ok('offer', { callId, to: bob.id, offer: sdp('offer', mark) });
    await bobDevice.next('offer', ({ offer }) => offer.sdp.includes(mark));
    await bobDevice.ok('answer', { callId, to: ann.id, answer: sdp('answer', mark) });
    await annDevice.next('answer', ({ answer }) => answer.sdp.includes(mark));
  };

  it('should come back on a new socket within the grace', async () => {
    const { ann, bob } = both;
    drop(bob.phone);

    expect(await ann.phone.next('call_interrupted')).toEqual({ callId, userId: bob.id, graceMs: GRACE_MS });
    app.clock.advance(GRACE_MS - 1000);
    const back = await app.connectAs(bob.user);
    expect((await syncedCalls(app, bob.user)).map(({ id }) => id)).toEqual([callId]);
    const { call, iceServers } = await back.ok('call_resume', { callId });

    expect(call).toMatchObject({ id: callId, state: 'active' });
    expect(iceServers).toEqual(expect.any(Array));
    expect(await ann.phone.next('call_resumed')).toEqual({ callId, userId: bob.id });
    await expectSpeaking(ann.phone, back, 'back');
    app.clock.advance(GRACE_MS * 3);
    await expectSpeaking(ann.phone, back, 'long after');
    expect(heardOfCalls(ann.phone, callId).filter((event) => event.startsWith('call'))).toEqual([
      'call_interrupted',
      'call_resumed',
    ]);
  });

  it('should survive many drops of both', async () => {
    const { ann, bob } = both;
    let [annDevice, bobDevice] = [ann.phone, bob.phone];
    for (let n = 0; n < 10; n += 1) {
      drop(annDevice);
      drop(bobDevice);
      app.clock.advance(GRACE_MS / 2);
      [annDevice, bobDevice] = await Promise.all([app.connectAs(ann.user), app.connectAs(bob.user)]);
      await Promise.all([annDevice, bobDevice].map((socket) => socket.ok('call_resume', { callId })));
      await expectSpeaking(annDevice, bobDevice, `after drop ${n}`);
    }
    expect((await callOf(app, ann.user, callId)).state).toBe('active');
  });

  it('should end with reason failed where one does not come back', async () => {
    const { ann, bob, chatId } = both;
    drop(bob.phone);
    await ann.phone.next('call_interrupted');

    app.clock.advance(GRACE_MS);

    const ended = await ann.phone.next('call_ended');
    expect(ended).toMatchObject({ callId, userId: bob.id, call: { state: 'ended', endReason: 'failed' } });
    const call = await callOf(app, bob.user, callId);
    expect(ended.call).toEqual(call);
    expect(seat(call, bob.id)).toBe('left');
    expect(call.durationMs).toBe(Date.parse(call.endedAt ?? '') - Date.parse(call.answeredAt ?? ''));
    const back = await app.connectAs(bob.user);
    for (const event of ['call_resume', 'call_accepted', 'call_ended'])
      await back.refusal('GONE', event, { callId });
    await traceOf(app, ann.user, chatId, callId);
    await settleAll(ann.laptop, bob.laptop);
    expect(heardOfCalls(ann.laptop)).toEqual(['call_ended']);
    expect(heardOfCalls(bob.laptop)).toEqual(['call_ended']);
    await expectFree(app, { ...both, bob: { ...bob, phone: back } });
  });

  it('should have failed where nobody comes back', async () => {
    const { ann, bob, chatId } = both;
    drop(ann.phone);
    drop(bob.phone);
    await ann.laptop.settle();
    await interrupted(app, callId, 2);

    app.clock.advance(GRACE_MS * 2);

    await bob.laptop.next('call_ended');
    expect(await callOf(app, ann.user, callId)).toMatchObject({ state: 'failed', endReason: 'failed' });
    await traceOf(app, ann.user, chatId, callId);
    await expectFree(app, {
      ...both,
      ann: { ...ann, phone: ann.laptop },
      bob: { ...bob, phone: bob.laptop },
    });
  });

  it('should move to another device, and leave the old one out', async () => {
    const { ann, bob } = both;

    await bob.laptop.ok('call_resume', { callId });

    expect(await bob.phone.next('call_answered_elsewhere')).toEqual({ callId });
    expect(await ann.phone.next('call_resumed')).toEqual({ callId, userId: bob.id });
    await expectSpeaking(ann.phone, bob.laptop, 'moved');
    for (const event of ['offer', 'answer'] as const)
      await bob.phone.refusal('FORBIDDEN', event, { callId, to: ann.id, [event]: sdp(event) });
    drop(bob.phone);
    await bob.phone.disconnected();
    app.clock.advance(GRACE_MS * 2);
    await expectSpeaking(ann.phone, bob.laptop, 'without the old one');
    expect(ann.phone.all('call_interrupted')).toEqual([]);
  });

  it('should seat one device where two of one user resume at once', async () => {
    const { ann, bob } = both;
    for (let n = 0; n < 20; n += 1) {
      await Promise.all([bob.laptop, bob.phone].map((socket) => socket.ok('call_resume', { callId })));
      const acks = await Promise.all(
        [bob.laptop, bob.phone].map((socket) =>
          socket.send('ice_candidate', { callId, to: ann.id, candidate: null }),
        ),
      );
      expect(acks.filter(({ ok }) => ok)).toHaveLength(1);
    }
    await settleAll(ann.phone);
    expect(ann.phone.all('call_interrupted')).toEqual([]);
    expect(ann.phone.all('ice_candidate')).toHaveLength(20);
  });

  it('should not mind other tabs of either, however many close', async () => {
    const { ann, bob } = both;
    const tabs = await Promise.all([ann, bob, ann, bob].map(({ user }) => app.connectAs(user)));

    for (const tab of [...tabs, ann.laptop, bob.laptop]) tab.close();
    app.clock.advance(GRACE_MS * 2);

    await expectSpeaking(ann.phone, bob.phone, 'without the tabs');
    expect(heardOfCalls(ann.phone).filter((event) => event.startsWith('call'))).toEqual([]);
  });

  it.each<[string, (by: Person) => Promise<unknown>]>([
    ['logs out', ({ user }) => app.http.post('/api/auth/logout').set(user.auth).expect(204)],
    [
      'loses the login to another device',
      async ({ user }) => {
        const other = await app.login(user.email);
        await app.http.delete('/api/auth/sessions').set(other.auth).expect(204);
      },
    ],
  ])('should go on without who %s', async (_, end) => {
    const { ann, bob } = both;
    const closed = bob.phone.disconnected();

    await end(bob);
    await closed;
    await ann.phone.next('call_interrupted');
    app.clock.advance(GRACE_MS);

    expect(await ann.phone.next('call_ended')).toMatchObject({ callId, userId: bob.id });
    const fresh = await app.login(bob.user.email);
    const back = await app.connectAs(fresh);
    await back.refusal('GONE', 'call_resume', { callId });
    await expectFree(app, { ...both, bob: { ...bob, user: fresh, phone: back } });
  });

  it('should let another login of the same user take over within the grace', async () => {
    const { ann, bob } = both;
    await app.http.post('/api/auth/logout').set(bob.user.auth).expect(204);
    await ann.phone.next('call_interrupted');

    const back = await app.connectAs(await app.login(bob.user.email));
    await back.ok('call_resume', { callId });

    await expectSpeaking(ann.phone, back, 'another login');
  });
});
