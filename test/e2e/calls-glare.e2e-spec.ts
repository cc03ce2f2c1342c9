import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  callOf,
  callsOf,
  type CallView,
  expectFree,
  heardOfCalls,
  outcome,
  type Pair,
  pair,
  people,
  type Person,
  raced,
  ring,
  settleAll,
  twoNodes,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { Ack } from '../support/test-socket.js';

const LANES = 8;
const ROUNDS = 8;

describe.each([
  ['on one node', 1],
  ['on two nodes', 2],
])('calls that cross each other %s', { timeout: 60_000 }, (_, nodeCount) => {
  let nodes: TestApp[];
  let app: TestApp;
  let lanes: Pair[];

  beforeAll(async () => {
    nodes = nodeCount === 2 ? await twoNodes() : [await createTestApp({ RATE_LIMITS: 'off' })];
    app = nodes[0] as TestApp;
    lanes = await Promise.all(Array.from({ length: LANES }, () => pair(app, nodes.at(-1))));
  });

  afterAll(async () => {
    if (nodeCount === 2) await app.connection.dropDatabase();
    await Promise.all(nodes.map((node) => node.close()));
  });

  const call = ({ phone, laptop }: Person, chatId: string, onLaptop = false): Promise<Ack> =>
    (onLaptop ? laptop : phone).send('call_user', { chatId, callType: 'audio' });

  const hangUp = async (by: Person, callId: string, onLaptop = false) =>
    (onLaptop ? by.laptop : by.phone).ok('call_ended', { callId });

  /** Ann called by her phone, Bob by his laptop; only who was first is told that the other has joined. */
  const expectToldOnce = async (ann: Person, bob: Person, { id: callId, callerId }: CallView) => {
    await settleAll(ann.phone, ann.laptop, bob.phone, bob.laptop);
    const isAnns = callerId === ann.id;
    const [first, joiner] = isAnns ? [ann.phone, bob.laptop] : [bob.laptop, ann.phone];
    expect(first.all('call_accepted')).toEqual([{ callId, userId: isAnns ? bob.id : ann.id }]);
    expect(joiner.all('call_accepted')).toEqual([]);
    expect((isAnns ? bob.phone : ann.laptop).all('call_answered_elsewhere')).toEqual([{ callId }]);
  };

  const expectSpoken = async (ann: Person, bob: Person, callId: string) => {
    expect(await bob.laptop.next('offer')).toMatchObject({ callId, from: ann.id });
    expect(await ann.phone.next('answer')).toMatchObject({ callId, from: bob.id });
    expect([...bob.phone.all('offer'), ...ann.laptop.all('answer')]).toEqual([]);
  };

  it('should make one call of two that both begin at once', async () => {
    const callers = new Set<boolean>();
    await raced(lanes, ROUNDS, async ({ ann, bob, chatId }, n) => {
      for (const { phone, laptop } of [ann, bob]) [phone, laptop].forEach((socket) => socket.forget());

      // On two nodes each calls through another one.
      const start = [() => call(ann, chatId), () => call(bob, chatId, true)];
      if (n % 2) start.reverse();
      const acks = await Promise.all(start.map((one) => one()));

      expect(acks.map(outcome)).toEqual(['ok', 'ok']);
      const callIds = acks.map(({ data }) => data.callId as string);
      expect(callIds[0]).toBe(callIds[1]);
      const callId = callIds[0] as string;
      const view = await callOf(app, ann.user, callId);
      expect(view).toMatchObject({ state: 'active', chatId, answeredAt: expect.any(String) });
      expect(view.participants.map(({ state }) => state)).toEqual(['joined', 'joined']);
      expect(await callOf(nodes.at(-1) as TestApp, bob.user, callId)).toEqual(view);
      callers.add(view.callerId === ann.id);

      if (nodeCount === 1) await expectToldOnce(ann, bob, view);
      // The devices that called are the ones in the call, whoever was first.
      await ann.phone.ok('offer', { callId, to: bob.id, offer: { type: 'offer', sdp: `n${n}` } });
      await bob.laptop.ok('answer', { callId, to: ann.id, answer: { type: 'answer', sdp: `n${n}` } });
      if (nodeCount === 1) await expectSpoken(ann, bob, callId);
      await (n % 2 ? hangUp(ann, callId) : hangUp(bob, callId, true));
    });
    for (const { ann, bob } of lanes) {
      const [ofAnn, ofBob] = await Promise.all([callsOf(app, ann.user), callsOf(app, bob.user)]);
      expect(ofAnn).toHaveLength(ROUNDS);
      expect(ofBob).toEqual(ofAnn);
    }
    expect(callers.size, 'either was first at times').toBe(2);
  });

  it('should seat one device of each when all four call at once', async () => {
    await raced(lanes, ROUNDS, async ({ ann, bob, chatId }) => {
      const parties = [
        { who: ann, onLaptop: false },
        { who: ann, onLaptop: true },
        { who: bob, onLaptop: false },
        { who: bob, onLaptop: true },
      ];

      const acks = await Promise.all(parties.map(({ who, onLaptop }) => call(who, chatId, onLaptop)));

      expect(acks.map(outcome).toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'ok', 'ok']);
      const winners = parties.filter((__, i) => acks[i]?.ok);
      expect(new Set(winners.map(({ who }) => who)).size).toBe(2);
      const ids = new Set(acks.filter(({ ok }) => ok).map(({ data }) => data.callId as string));
      expect(ids.size).toBe(1);
      const [callId] = [...ids] as [string];
      expect(await callOf(app, bob.user, callId)).toMatchObject({ state: 'active' });
      const [one] = winners as [(typeof winners)[number]];
      await hangUp(one.who, callId, one.onLaptop);
    });
  });

  it('should let one of two callers through to the same person, and tell the other BUSY', async () => {
    await raced(lanes.slice(0, LANES / 2), ROUNDS, async ({ ann, bob, chatId }, n) => {
      const cleo = await cleoOf(bob);

      const acks = await Promise.all([call(ann, chatId), call(cleo.person, cleo.chatId, Boolean(n % 2))]);

      expect(acks.map(outcome).toSorted()).toEqual(['BUSY', 'ok']);
      const callId = acks.find(({ ok }) => ok)?.data.callId as string;
      expect((await callOf(app, bob.user, callId)).state).toBe('ringing');
      const winner = acks[0]?.ok ? ann.phone : n % 2 ? cleo.person.laptop : cleo.person.phone;
      await winner.ok('call_ended', { callId });
      const loser = acks[0]?.ok ? cleo.person : ann;
      expect((await callsOf(app, loser.user))[0]).toMatchObject({ state: 'busy', callerId: loser.id });
      expect((await callsOf(app, bob.user, '?state=missed'))[0]).toMatchObject({ callerId: loser.id });
    });
  });

  it('should never lock when three call each other in a ring', async () => {
    for (let n = 0; n < ROUNDS * 2; n += 1) {
      const { ann, bob, chatId } = lanes[n % LANES] as Pair;
      const cleo = await cleoOf(bob);
      const third = await app.directChat(cleo.person.user, ann.user);

      const acks = await Promise.all([
        call(ann, chatId),
        call(bob, cleo.chatId, true),
        call(cleo.person, third),
      ]);

      expect(acks.filter(({ ok }) => ok)).toHaveLength(1);
      for (const ack of acks) expect(['ok', 'BUSY', 'CONFLICT']).toContain(outcome(ack));
      const i = acks.findIndex(({ ok }) => ok);
      const winner = [ann.phone, bob.laptop, cleo.person.phone][i];
      await winner?.ok('call_ended', { callId: acks[i]?.data.callId });
    }
  });

  it('should begin one call however often its request comes at once', async () => {
    await raced(lanes, ROUNDS, async ({ ann, bob, chatId }, n) => {
      bob.phone.forget();
      const request = { chatId, callType: 'video', requestId: `race ${n}` };

      const acks = await Promise.all(
        [ann.phone, ann.laptop, ann.phone, ann.laptop].map((socket) => socket.send('call_user', request)),
      );

      const callIds = new Set(acks.filter(({ ok }) => ok).map(({ data }) => data.callId as string));
      expect(acks.map(outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(callIds.size).toBe(1);
      const [callId] = [...callIds] as [string];
      await bob.phone.settle();
      const rung = nodeCount === 1 ? ['incoming_call'] : heardOfCalls(bob.phone).slice(0, 1);
      expect(heardOfCalls(bob.phone)).toEqual(rung);
      await bob.phone.ok('call_rejected', { callId });
      expect((await callOf(app, ann.user, callId)).state).toBe('rejected');
    });
  });

  it('should leave nobody busy', async () => {
    await Promise.all(lanes.map((lane) => expectFree(app, lane)));
    const { ann } = lanes[0] as Pair;
    const { person: cleo } = await cleoOf(ann);
    await ring(cleo.phone, await app.directChat(cleo.user, ann.user));
  });

  const cleos = new Map<string, { person: Person; chatId: string }>();

  /** A third one, who has a direct chat with this person. */
  async function cleoOf({ user }: Person): Promise<{ person: Person; chatId: string }> {
    const known = cleos.get(user.id);
    if (known) return known;
    const [third] = (await people(app, 1, nodes.at(-1))) as [Person];
    const made = { person: third, chatId: await app.directChat(third.user, user) };
    cleos.set(user.id, made);
    return made;
  }
});
