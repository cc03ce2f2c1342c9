import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  callOf,
  callsOf,
  heardOfCalls,
  people,
  type Person,
  ring,
  RING_MS,
  sdp,
  seat,
  settleAll,
  syncedCalls,
  traceOf,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

describe('calls of groups', () => {
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

  it('should ring every device of every member but the caller’s', async () => {
    const { members, owner, others, chatId } = await group(5);

    const { id: callId } = await ring(owner.phone, chatId);

    for (const { phone, laptop } of others) {
      for (const socket of [phone, laptop])
        expect(await socket.next('incoming_call')).toMatchObject({
          callId,
          chatId,
          from: owner.id,
          callType: 'video',
        });
    }
    await settleAll(...members.map(({ laptop }) => laptop));
    expect(heardOfCalls(owner.laptop)).not.toContain('incoming_call');
    const call = await callOf(app, others[0]!.user, callId);
    expect(call.participants.map(({ userId }) => userId).toSorted()).toEqual(
      members.map(({ id }) => id).toSorted(),
    );
    expect(seat(call, owner.id)).toBe('joined');
    for (const member of others) await member.phone.ok('call_rejected', { callId });
    expect(await callOf(app, owner.user, callId)).toMatchObject({ state: 'rejected' });
    await owner.phone.count('call_rejected', others.length);
    await ring(others[0]!.phone, chatId);
  });

  it('should give up those who do not answer in time, and go on with the others', async () => {
    const { owner, others, chatId } = await group(3);
    const [bob, cleo] = others as [Person, Person];
    const { id: callId } = await ring(owner.phone, chatId);
    await accept(bob, callId);

    app.clock.advance(RING_MS);

    for (const socket of [cleo.phone, cleo.laptop])
      expect(await socket.next('call_missed')).toEqual({ callId });
    expect(await callOf(app, owner.user, callId)).toMatchObject({ state: 'active' });
    expect(seat(await callOf(app, owner.user, callId), cleo.id)).toBe('missed');
    expect(await callsOf(app, cleo.user, '?state=missed')).toHaveLength(1);
    expect(await callsOf(app, bob.user, '?state=missed')).toEqual([]);
    expect([...bob.phone.all('call_missed'), ...owner.phone.all('call_missed')]).toEqual([]);
    await accept(cleo, callId);
    expect(seat(await callOf(app, owner.user, callId), cleo.id)).toBe('joined');
  });

  it('should be missed by all where nobody answers', async () => {
    const { members, owner, chatId } = await group(3);
    const { id: callId } = await ring(owner.phone, chatId);

    app.clock.advance(RING_MS);

    for (const { phone, laptop } of members)
      for (const socket of [phone, laptop]) expect(await socket.next('call_missed')).toEqual({ callId });
    expect(await callOf(app, owner.user, callId)).toMatchObject({ state: 'missed', endReason: 'timeout' });
  });

  it('should not disturb members who are in another call', async () => {
    const { owner, others, chatId } = await group(3);
    const [bob, cleo] = others as [Person, Person];
    const [eve] = (await people(app, 1)) as [Person];
    const { id: otherId } = await ring(bob.phone, await app.directChat(bob.user, eve.user));
    await accept(eve, otherId);
    await settleAll(bob.phone, bob.laptop);

    const { id: callId } = await ring(owner.phone, chatId);

    await cleo.phone.next('incoming_call');
    expect(seat(await callOf(app, owner.user, callId), bob.id)).toBe('busy');
    expect([...bob.phone.all('incoming_call'), ...bob.laptop.all('incoming_call')]).toEqual([]);
    await accept(cleo, callId);
    await bob.phone.refusal('CONFLICT', 'call_accepted', { callId });
    await bob.phone.ok('call_ended', { callId: otherId });
    await accept(bob, callId);
    expect(seat(await callOf(app, owner.user, callId), bob.id)).toBe('joined');
  });

  it('should only tell a group of more than 32, and let anybody join', async () => {
    const { owner, others, chatId } = await group(33);

    const { callId } = await owner.phone.ok('call_user', { chatId, callType: 'audio' });

    for (const { phone, laptop } of others)
      for (const socket of [phone, laptop])
        expect(await socket.next('call_started')).toEqual({ callId, chatId });
    await settleAll(...others.map(({ phone }) => phone));
    for (const { phone } of others) expect(heardOfCalls(phone)).toEqual(['call_started']);
    const [bob, cleo] = others as [Person, Person];
    // Nobody is rung: nobody is busy.
    await ring(cleo.phone, await app.directChat(cleo.user, others[5]!.user));
    const { call } = await accept(bob, callId);
    expect(call).toMatchObject({ state: 'active' });
    await bob.phone.ok('offer', { callId, to: owner.id, offer: sdp('offer') });
    await owner.phone.next('offer');
    expect((await syncedCalls(app, others[7]!.user)).map(({ id }) => id)).toEqual([callId]);
    app.clock.advance(RING_MS);
    await others[9]!.phone.settle();
    expect(others[9]!.phone.all('call_missed')).toEqual([]);
    await bob.phone.ok('call_ended', { callId });
    await owner.phone.ok('call_ended', { callId });
    await traceOf(app, cleo.user, chatId, callId);
  });

  it('should ring a group of exactly 32', async () => {
    const { owner, others, chatId } = await group(32);

    const { id: callId } = await ring(owner.phone, chatId);

    await Promise.all(others.map(({ laptop }) => laptop.next('incoming_call')));
    await owner.phone.ok('call_ended', { callId });
    await Promise.all(others.map(({ laptop }) => laptop.next('call_ended')));
    expect(await callOf(app, others[30]!.user, callId)).toMatchObject({ state: 'cancelled' });
  });
});
