import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  candidate,
  connectCall,
  expectFree,
  expectSilence,
  heardOfCalls,
  outcome,
  type Pair,
  pair,
  people,
  type Person,
  callOf,
  callsOf,
  ring,
  sdp,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { Ack, TestSocket } from '../support/test-socket.js';

describe('floods of call events', { timeout: 60_000 }, () => {
  let app: TestApp;
  let legitimate: Pair;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'on' });
    legitimate = await pair(app);
  });

  afterAll(() => app.close());

  /** As many as asked for, without waiting for answers between them. */
  const flood = (count: number, send: (n: number) => Promise<Ack>) =>
    Promise.all(Array.from({ length: count }, (_, n) => send(n)));

  /** Of a thousand events at once the last may wait for its turn. */
  const patient = async ({ raw }: TestSocket, event: string, payload: object) =>
    (await raw.timeout(30_000).emitWithAck(event, payload)) as Ack;

  /** A whole call beside the flood, with its media signals. */
  const wholeCall = async ({ ann, bob, chatId }: Pair, rounds = 2) => {
    for (let n = 0; n < rounds; n += 1) {
      const callId = await connectCall({ ann, bob, chatId });
      const mark = `legitimate ${callId}`;
      await ann.phone.ok('offer', { callId, to: bob.id, offer: sdp('offer', mark) });
      await bob.phone.next('offer', ({ offer }) => offer.sdp.includes(mark));
      await bob.phone.ok('answer', { callId, to: ann.id, answer: sdp('answer', mark) });
      await ann.phone.next('answer', ({ answer }) => answer.sdp.includes(mark));
      await bob.phone.ok('call_ended', { callId });
      await ann.phone.next('call_ended', (one) => one.callId === callId);
    }
  };

  const expectLimited = (acks: Ack[], accepted: number, code = 'ok') => {
    const refused = acks.filter((ack) => outcome(ack) === 'RATE_LIMITED');
    expect(acks.filter((ack) => outcome(ack) === code)).toHaveLength(accepted);
    expect(refused).toHaveLength(acks.length - accepted);
    for (const { error } of refused) expect(error.retryAfterMs).toBeGreaterThan(0);
  };

  it('should bound candidates, and deliver what it accepted in order, once', async () => {
    const both = await pair(app);
    const callId = await connectCall(both);
    const send = (n: number) =>
      patient(both.ann.phone, 'ice_candidate', { callId, to: both.bob.id, candidate: candidate(n) });

    const [acks] = await Promise.all([flood(1000, send), wholeCall(legitimate)]);

    expectLimited(acks, 600);
    await both.bob.phone.settle();
    const heard = both.bob.phone.all('ice_candidate').map((one) => one.candidate.candidate as string);
    const accepted = acks.flatMap(({ ok }, n) => (ok ? [candidate(n).candidate] : []));
    expect(heard).toEqual(accepted);
    expect((await callOf(app, both.bob.user, callId)).state).toBe('active');
    await both.ann.phone.ok('call_ended', { callId });
  });

  it('should bound the candidates of strangers, of which nobody hears one', async () => {
    const both = await pair(app);
    const callId = await connectCall(both);
    const [eve] = (await people(app, 1)) as [Person];
    const sockets = [both.ann, both.bob].flatMap(({ phone, laptop }) => [phone, laptop]);
    for (const socket of sockets) socket.forget();
    const send = (n: number) =>
      patient(eve.phone, 'ice_candidate', { callId, to: both.bob.id, candidate: candidate(n) });

    const [acks] = await Promise.all([flood(1000, send), wholeCall(legitimate)]);

    expectLimited(acks, 600, 'NOT_FOUND');
    await expectSilence(...sockets);
    await both.ann.phone.ok('call_ended', { callId });
  });

  it.each(['offer', 'answer'] as const)('should bound each kind of %s', async (event) => {
    const both = await pair(app);
    const callId = await connectCall(both);
    const send = (n: number) =>
      both.bob.phone.send(event, { callId, to: both.ann.id, [event]: sdp(event, `${n}`) });

    const [acks] = await Promise.all([flood(300, send), wholeCall(legitimate)]);

    expectLimited(acks, 60);
    await both.ann.phone.settle();
    expect(both.ann.phone.all(event)).toHaveLength(60);
    await both.ann.phone.ok('call_ended', { callId });
  });

  it('should let nobody be rung without end, and the victim be called by others meanwhile', async () => {
    const { ann, bob, chatId } = await pair(app);
    const acks: Ack[] = [];

    for (let n = 0; n < 50; n += 1) {
      const ack = await ann.phone.send('call_user', { chatId, callType: 'audio' });
      acks.push(ack);
      if (ack.ok) await ann.phone.ok('call_ended', { callId: ack.data.callId });
    }

    expectLimited(acks, 20);
    await bob.phone.settle();
    expect(bob.phone.all('incoming_call')).toHaveLength(20);
    expect(await callsOf(app, bob.user, '?limit=100')).toHaveLength(20);
    const [cleo] = (await people(app, 1)) as [Person];
    const [friend] = (await people(app, 1)) as [Person];
    await wholeCall({ ann: cleo, bob, chatId: await app.directChat(cleo.user, bob.user) });
    await wholeCall({ ann: bob, bob: friend, chatId: await app.directChat(bob.user, friend.user) });
  });

  it('should count the calls that are refused, on all devices together', async () => {
    const [eve] = (await people(app, 1)) as [Person];
    const call = (n: number) =>
      (n % 2 ? eve.phone : eve.laptop).send('call_user', { chatId: 'f'.repeat(24), callType: 'audio' });

    expectLimited(await flood(50, call), 20, 'NOT_FOUND');
  });

  it('should bound the other call events, and not the hanging up of who has sent few', async () => {
    const both = await pair(app);
    const callId = await connectCall(both);
    const state = (n: number) =>
      both.bob.phone.send('media_state', { callId, audio: n % 2 === 0, video: true, screen: false });

    const acks = await flood(500, state);

    const accepted = acks.filter(({ ok }) => ok).length;
    expect(accepted).toBeLessThanOrEqual(120);
    expectLimited(acks, accepted);
    await both.ann.phone.ok('call_ended', { callId });
    await both.bob.phone.next('call_ended');
  });

  it.each([
    ['one megabyte', 1024 * 1024],
    ['just over the limit', 64 * 1024],
  ])('should close the socket at an SDP of %s, and harm nobody else', async (_, bytes) => {
    const both = await pair(app);
    const callId = await connectCall(both);
    const closed = both.ann.phone.disconnected();
    both.bob.phone.forget();

    both.ann.phone.raw.emit('offer', { callId, to: both.bob.id, offer: sdp('offer', 'huge', bytes) });

    expect(await closed).toMatch(/^transport/);
    await wholeCall(legitimate, 1);
    await both.bob.phone.next('call_interrupted', ({ userId }) => userId === both.ann.id);
    const back = await app.connectAs(both.ann.user);
    await back.ok('call_resume', { callId });
    await both.bob.phone.next('call_resumed');
    expect(heardOfCalls(both.bob.phone)).toEqual(['call_interrupted', 'call_resumed']);
    await back.ok('call_ended', { callId });
    await expectFree(app, { ...both, ann: { ...both.ann, phone: back } });
  });

  it('should hold no more for who is being rung than the last offer and 50 candidates', async () => {
    const { ann, bob, chatId } = await pair(app);
    const { id: callId } = await ring(ann.phone, chatId);
    const to = bob.id;
    for (let n = 0; n < 20; n += 1)
      await ann.phone.ok('offer', { callId, to, offer: sdp('offer', `offer ${n}`, 40_000) });
    await flood(500, (n) => ann.phone.send('ice_candidate', { callId, to, candidate: candidate(n) }));
    await expectSilenceBut(bob, 'incoming_call');

    await bob.laptop.ok('call_accepted', { callId });

    await bob.laptop.settle();
    expect(bob.laptop.all('offer').map((one) => (one.offer.sdp as string).slice(0, 12))).toEqual([
      'v=0 offer 19',
    ]);
    expect(bob.laptop.all('ice_candidate').length).toBeLessThanOrEqual(50);
    expect(bob.phone.all('ice_candidate')).toEqual([]);
    await bob.laptop.ok('call_ended', { callId });
  });

  const expectSilenceBut = async ({ phone, laptop }: Person, event: string) => {
    for (const socket of [phone, laptop]) {
      await socket.settle();
      expect(heardOfCalls(socket)).toEqual([event]);
    }
  };
});
