import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  callOf,
  callsOf,
  type CallView,
  connectCall,
  expectFree,
  expectSilence,
  heardOfCalls,
  type Pair,
  pair,
  people,
  type Person,
  ring,
  RING_MS,
  sdp,
  syncedCalls,
  traces,
} from '../support/calls.js';
import { masked, refusals, relations } from '../support/call-refusals.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

describe('calls that the callee does not admit', () => {
  let app: TestApp;
  /** Ann calls; Bob does not want her calls. */
  let both: Pair;
  let extra: TestSocket[];

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  beforeEach(async () => {
    both = await pair(app);
    extra = [];
  });

  afterAll(() => app.close());

  const { block, unblock, privacy, save } = relations(() => app);
  const REFUSALS = refusals(() => app);

  /** Bob has heard and can find nothing, on old sockets and on a new one. */
  const expectHidden = async ({ bob, chatId }: Pair, callId: string, known: CallView[] = []) => {
    const fresh = await app.connectAs(bob.user);
    extra.push(fresh);
    await expectSilence(bob.phone, bob.laptop, ...extra);
    expect(await callsOf(app, bob.user)).toEqual(known);
    expect(await callsOf(app, bob.user, '?state=missed')).toEqual([]);
    await app.http.get(`/api/calls/${callId}`).set(bob.user.auth).expect(404);
    expect((await syncedCalls(app, bob.user)).filter(({ id }) => id === callId)).toEqual([]);
    expect(await traces(app, bob.user, chatId)).toEqual([]);
    const { body: chat } = await app.http.get(`/api/chats/${chatId}`).set(bob.user.auth).expect(200);
    expect(chat).toMatchObject({ lastSeq: 0, unreadCount: 0 });
  };

  describe.each(REFUSALS)('where the callee %s', (_, refuse) => {
    it('should ring unanswered until it is missed, without a word or a trace for the callee', async () => {
      const { ann, bob, chatId } = both;
      await refuse(both);

      const { callId, call, iceServers } = await ann.phone.ok('call_user', { to: bob.id, callType: 'audio' });

      expect(call).toMatchObject({ id: callId, chatId, state: 'ringing', callerId: ann.id });
      expect(iceServers).toEqual(expect.any(Array));
      await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer') });
      await expectHidden(both, callId);

      app.clock.advance(RING_MS);
      for (const own of [ann.phone, ann.laptop]) expect(await own.next('call_missed')).toEqual({ callId });
      expect(await callOf(app, ann.user, callId)).toMatchObject({ state: 'missed', endReason: 'timeout' });
      await expectHidden(both, callId);
    });

    it('should ring just so, never BUSY, while the callee is in another call', async () => {
      const { ann, bob, chatId } = both;
      const [cleo] = (await people(app, 1)) as [Person];
      const other = await app.directChat(bob.user, cleo.user);
      await refuse(both);
      const { id: otherId } = await ring(bob.phone, other);
      await cleo.phone.ok('call_accepted', { callId: otherId });
      await bob.phone.next('call_accepted');
      bob.phone.forget();
      bob.laptop.forget();

      const { id: callId } = await ring(ann.phone, chatId);

      await expectHidden(both, callId, [await callOf(app, bob.user, otherId)]);
      await ann.phone.ok('call_ended', { callId });
      expect(await callOf(app, ann.user, callId)).toMatchObject({ state: 'cancelled' });
      await expectHidden(both, callId, [await callOf(app, bob.user, otherId)]);
      await bob.phone.ok('call_ended', { callId: otherId });
    });

    it('should not be found by the callee who knows its id', async () => {
      const { ann, bob, chatId } = both;
      await refuse(both);
      const { id: callId } = await ring(ann.phone, chatId);
      const signal = { callId, to: ann.id };

      for (const event of ['call_accepted', 'call_rejected', 'call_ended', 'call_resume'])
        await bob.phone.refusal('NOT_FOUND', event, { callId });
      await bob.phone.refusal('NOT_FOUND', 'call_accepted', {});
      await bob.phone.refusal('NOT_FOUND', 'call_rejected', { to: ann.id });
      await bob.phone.refusal('NOT_FOUND', 'answer', { ...signal, answer: sdp('answer') });
      await bob.phone.refusal('NOT_FOUND', 'offer', { to: ann.id, offer: sdp('offer') });

      await expectSilence(ann.phone, ann.laptop);
      expect((await callOf(app, ann.user, callId)).state).toBe('ringing');
      await ann.phone.ok('call_ended', { callId });
    });

    it('should keep nobody from calls with others', async () => {
      const { ann, bob, chatId } = both;
      await refuse(both);
      const [cleo] = (await people(app, 1)) as [Person];
      await ring(ann.phone, chatId);

      const other: Pair = { ann: bob, bob: cleo, chatId: await app.directChat(bob.user, cleo.user) };
      await expectFree(app, other);

      await ann.phone.refusal('CONFLICT', 'call_user', { to: cleo.id, callType: 'video' });
      await ann.phone.ok('call_ended', {});
      await expectFree(app, { ann, bob: cleo, chatId: await app.directChat(ann.user, cleo.user) });
    });
  });

  it('should look the same to the caller for each reason, and as a call that nobody answers', async () => {
    const NOT_REFUSED: (typeof REFUSALS)[number] = ['is away', () => Promise.resolve()];
    const looks = [];
    for (const [, refuse] of [NOT_REFUSED, ...REFUSALS]) {
      const lane = await pair(app);
      await refuse(lane);
      const ack = await lane.ann.phone.send('call_user', { chatId: lane.chatId, callType: 'video' });
      const { callId } = ack.data;
      const offered = await lane.ann.phone.send('offer', { callId, to: lane.bob.id, offer: sdp('offer') });
      const synced = await syncedCalls(app, lane.ann.user);
      app.clock.advance(RING_MS);
      await lane.ann.phone.next('call_missed');
      const missed = await callOf(app, lane.ann.user, callId);
      looks.push(masked({ ack, offered, synced, missed, heard: heardOfCalls(lane.ann.phone) }, lane, callId));
    }

    const [ordinary, ...refused] = looks;
    for (const look of refused) expect(look).toEqual(ordinary);
  });

  it('should open no chat with a stranger who does not admit the caller', async () => {
    const [eve, bob] = (await people(app, 2)) as [Person, Person];
    await privacy(bob.user, { level: 'contacts' });

    const { callId } = await eve.phone.ok('call_user', { to: bob.id, callType: 'audio' });

    await bob.phone.settle();
    expect(bob.phone.heard).toEqual([]);
    expect((await app.http.get('/api/chats').set(bob.user.auth).expect(200)).body.items).toEqual([]);
    await app.http.get(`/api/calls/${callId}`).set(bob.user.auth).expect(404);
    await eve.phone.ok('call_ended', { callId });
  });

  it('should stay hidden when the block ends, as what came in between stays away', async () => {
    const { ann, bob, chatId } = both;
    await block(bob.user, ann);
    const { id: callId } = await ring(ann.phone, chatId);
    await ann.phone.ok('call_ended', { callId });

    await unblock(bob.user, ann);

    await expectHidden(both, callId);
    await connectCall(both);
  });

  it('should become a call of both where the callee calls back meanwhile', async () => {
    const { ann, bob, chatId } = both;
    await privacy(bob.user, { level: 'nobody' });
    const { id } = await ring(ann.phone, chatId);

    const { callId, call } = await bob.laptop.ok('call_user', { to: ann.id, callType: 'video' });

    expect(callId).toBe(id);
    expect(call).toMatchObject({ state: 'active', callerId: ann.id });
    expect(await ann.phone.next('call_accepted')).toEqual({ callId, userId: bob.id });
    expect(await callOf(app, bob.user, callId)).toEqual(await callOf(app, ann.user, callId));
    await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer') });
    await bob.laptop.next('offer');
    await bob.laptop.ok('call_ended', { callId });
  });

  it('should refuse to call whom one has blocked oneself', async () => {
    const { ann, bob, chatId } = both;
    await block(ann.user, bob);

    const { message } = await ann.phone.refusal('FORBIDDEN', 'call_user', { to: bob.id, callType: 'audio' });
    await ann.phone.refusal('FORBIDDEN', 'call_user', { chatId, callType: 'audio' });

    expect(message).toMatch(/unblock/i);
    await expectSilence(ann.laptop, bob.phone, bob.laptop);
    expect(await callsOf(app, ann.user)).toEqual([]);
    await unblock(ann.user, bob);
    await expectFree(app, both);
  });

  it('should leave members out of a group call who do not admit the caller', async () => {
    const { ann, bob } = both;
    const [cleo] = (await people(app, 1)) as [Person];
    const groupId = await app.group(ann.user, [bob.user, cleo.user]);
    await block(bob.user, ann);

    const { id: callId } = await ring(ann.phone, groupId);

    await cleo.phone.next('incoming_call');
    await expectSilence(bob.phone, bob.laptop);
    await cleo.phone.ok('call_rejected', { callId });
  });

  it('should connect whom the callee has saved, and everybody else by default', async () => {
    const { ann, bob } = both;
    await save(bob.user, ann);
    await privacy(bob.user, { level: 'contacts' });
    await expectFree(app, both);
    await privacy(bob.user, { level: 'only', userIds: [ann.id] });
    await expectFree(app, both);
  });
});
