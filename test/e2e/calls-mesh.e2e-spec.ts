import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  callOf,
  callsOf,
  drop,
  expectSilence,
  GRACE_MS,
  outcome,
  people,
  type Person,
  ring,
  sdp,
  seat,
  settleAll,
  syncedCalls,
  traceOf,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

describe('who is in a group call', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  const group = async (count: number) => {
    const members = await people(app, count);
    const [owner, ...others] = members as [Person, ...Person[]];
    const chatId = await app.group(
      owner.user,
      others.map(({ user }) => user),
    );
    return { members, owner, others, chatId };
  };

  const accept = (by: Person, callId: string) => by.phone.ok('call_accepted', { callId });

  it('should seat eight of twelve who all accept at once, and refuse the rest with CONFLICT', async () => {
    for (let n = 0; n < 3; n += 1) {
      const { members, owner, others, chatId } = await group(12);
      const { id: callId } = await ring(owner.phone, chatId);

      const acks = await Promise.all(others.map(({ phone }) => phone.send('call_accepted', { callId })));

      expect(acks.map(outcome).toSorted()).toEqual([...Array(4).fill('CONFLICT'), ...Array(7).fill('ok')]);
      const call = await callOf(app, owner.user, callId);
      expect(call.participants.filter(({ state }) => state === 'joined')).toHaveLength(8);
      const inside = others.filter((_, i) => acks[i]?.ok);
      const outside = others.filter((_, i) => !acks[i]?.ok);

      // A seat that becomes free is for whoever comes first.
      await inside[0]?.phone.ok('call_ended', { callId });
      const again = await Promise.all(outside.map(({ phone }) => phone.send('call_accepted', { callId })));
      expect(again.map(outcome).toSorted()).toEqual([...Array(3).fill('CONFLICT'), 'ok']);
      const joined = (await callOf(app, owner.user, callId)).participants.filter(
        ({ state }) => state === 'joined',
      );
      expect(joined).toHaveLength(8);
      const seats = new Set(joined.map(({ userId }) => userId));
      for (const { id, phone } of members) if (seats.has(id)) await phone.ok('call_ended', { callId });
      expect((await callOf(app, owner.user, callId)).state).toBe('ended');
    }
  });

  it('should show who is in it to who joins late, and let every pair speak', async () => {
    const { members, owner, others, chatId } = await group(4);
    const { id: callId } = await ring(owner.phone, chatId);
    const inside = [owner];
    for (const newcomer of others) {
      const { call } = await accept(newcomer, callId);
      const joined = (call.participants as { userId: string; state: string; joinedAt?: string }[]).filter(
        ({ state }) => state === 'joined',
      );
      expect(joined.map(({ userId }) => userId).toSorted()).toEqual(
        [...inside, newcomer].map(({ id }) => id).toSorted(),
      );
      for (const { joinedAt } of joined) expect(joinedAt).toEqual(expect.any(String));
      for (const peer of inside) {
        await peer.phone.next('call_accepted', ({ userId }) => userId === newcomer.id);
        await newcomer.phone.ok('offer', { callId, to: peer.id, offer: sdp('offer', newcomer.id) });
        await peer.phone.next('offer', ({ from }) => from === newcomer.id);
        await peer.phone.ok('answer', { callId, to: newcomer.id, answer: sdp('answer', peer.id) });
        await newcomer.phone.next('answer', ({ from }) => from === peer.id);
      }
      inside.push(newcomer);
    }
    await settleAll(...members.flatMap(({ phone, laptop }) => [phone, laptop]));
    expect(members.flatMap(({ phone }) => phone.all('offer'))).toHaveLength(6);
    expect(members.flatMap(({ laptop }) => laptop.all('offer'))).toEqual([]);
  });

  it('should end when the last leaves, not before, and let who left come back', async () => {
    const { owner, others, chatId } = await group(3);
    const [bob, cleo] = others as [Person, Person];
    const { id: callId } = await ring(owner.phone, chatId);
    await accept(bob, callId);
    await accept(cleo, callId);

    await owner.phone.ok('call_ended', { callId });
    expect(await bob.phone.next('call_ended')).toMatchObject({ userId: owner.id, call: { state: 'active' } });
    await bob.phone.ok('call_ended', { callId });
    expect(await callOf(app, bob.user, callId)).toMatchObject({ state: 'active' });
    await accept(owner, callId);
    await cleo.phone.ok('offer', { callId, to: owner.id, offer: sdp('offer') });
    await owner.phone.next('offer');
    await cleo.phone.ok('call_ended', { callId });
    const { call } = await owner.phone.ok('call_ended', { callId });

    expect(call).toMatchObject({ state: 'ended', durationMs: expect.any(Number) });
    expect((await traceOf(app, bob.user, chatId, callId)).system).toMatchObject({ state: 'ended' });
    await bob.phone.refusal('GONE', 'call_accepted', { callId });
    await ring(bob.phone, chatId);
  });

  it('should take a call_user into a live call as joining it', async () => {
    const { owner, others, chatId } = await group(3);
    const [bob, cleo] = others as [Person, Person];
    const { id } = await ring(owner.phone, chatId);

    const { callId, call, iceServers } = await bob.laptop.ok('call_user', { chatId, callType: 'audio' });

    expect({ callId, callType: call.callType as string }).toEqual({ callId: id, callType: 'video' });
    expect(call.state).toBe('active');
    expect(iceServers).toEqual(expect.any(Array));
    expect(await owner.phone.next('call_accepted')).toEqual({ callId, userId: bob.id });
    expect(await bob.phone.next('call_answered_elsewhere')).toEqual({ callId });
    await settleAll(cleo.phone);
    expect(cleo.phone.all('incoming_call')).toHaveLength(1);
  });

  it('should begin one call however many members call at once', async () => {
    for (let n = 0; n < 10; n += 1) {
      const { members, chatId } = await group(4);

      const acks = await Promise.all(
        members.map(({ phone }) => phone.send('call_user', { chatId, callType: 'video' })),
      );

      expect(acks.map(outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(new Set(acks.map(({ data }) => data.callId as string)).size).toBe(1);
      const call = await callOf(app, members[0]!.user, acks[0]?.data.callId);
      expect(call.participants.map(({ state }) => state)).toEqual(Array(4).fill('joined'));
      expect(await callsOf(app, members[3]!.user)).toHaveLength(1);
    }
  });

  it('should be left by whoever is removed from the group, leaves it, or does not come back', async () => {
    const { owner, others, chatId } = await group(5);
    const [bob, cleo, dan, eve] = others as [Person, Person, Person, Person];
    const { id: callId } = await ring(owner.phone, chatId);
    for (const member of [bob, cleo, dan]) await accept(member, callId);
    const left = (userId: string) => owner.phone.next('call_ended', (one) => one.userId === userId);

    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(owner.user.auth).expect(204);
    expect(await left(bob.id)).toMatchObject({ callId, call: { state: 'active' } });
    await app.http.delete(`/api/chats/${chatId}/me`).set(cleo.user.auth).expect(204);
    await left(cleo.id);
    drop(dan.phone);
    await owner.phone.next('call_interrupted', ({ userId }) => userId === dan.id);
    app.clock.advance(GRACE_MS);
    await left(dan.id);
    // Still ringing, removed as well.
    await app.http.delete(`/api/chats/${chatId}/members/${eve.id}`).set(owner.user.auth).expect(204);
    await eve.phone.settle();

    for (const gone of [bob, cleo, dan]) {
      const signal = { callId, to: owner.id, offer: sdp('offer') };
      const ack = await gone.laptop.send('offer', signal);
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain(outcome(ack));
    }
    for (const gone of [bob, cleo, eve]) {
      const ack = await gone.phone.send('call_accepted', { callId });
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain(outcome(ack));
      expect(await syncedCalls(app, gone.user)).toEqual([]);
      const late = await app.connectAs(gone.user);
      await expectSilence(late);
    }
    expect(seat(await callOf(app, owner.user, callId), bob.id)).toBe('left');
    for (const free of [bob, cleo, eve]) {
      const [other] = (await people(app, 1)) as [Person];
      await ring(free.phone, await app.directChat(free.user, other.user));
    }
  });
});
