import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  callsOf,
  heardOfCalls,
  type Pair,
  pair,
  people,
  type Person,
  ring,
  settleAll,
  traceOf,
  traces,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const DAY = 24 * 60 * 60_000;

describe('what begins a call', () => {
  let app: TestApp;
  let both: Pair;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '30d' });
  });

  beforeEach(async () => {
    both = await pair(app);
  });

  afterAll(() => app.close());

  it('should answer a retry with the first call for a day, whatever has become of it', async () => {
    const { ann, bob, chatId } = both;
    const request = { chatId, callType: 'video', requestId: 'once' };
    const { callId } = await ann.phone.ok('call_user', request);

    expect((await ann.phone.ok('call_user', request)).callId).toBe(callId);
    expect((await ann.laptop.ok('call_user', request)).callId).toBe(callId);
    await bob.phone.ok('call_rejected', { callId });
    expect(await ann.phone.ok('call_user', request)).toMatchObject({ callId, call: { state: 'rejected' } });
    await ann.phone.refusal('CONFLICT', 'call_user', { ...request, callType: 'audio' });

    await settleAll(bob.phone, bob.laptop);
    expect(heardOfCalls(bob.phone)).toEqual(['incoming_call']);
    expect(heardOfCalls(bob.laptop)).toEqual(['incoming_call', 'call_rejected']);
    expect(await callsOf(app, bob.user)).toHaveLength(1);
    // Another one's request of the same name is another one.
    expect((await bob.phone.ok('call_user', request)).callId).not.toBe(callId);
    await bob.phone.ok('call_ended', {});
    app.clock.advance(DAY + 60_000);
    expect((await ann.phone.ok('call_user', request)).callId).not.toBe(callId);
  });

  it('should not answer a refused call’s retry with a call', async () => {
    const { ann, bob } = both;
    const [cleo] = (await people(app, 1)) as [Person];
    const { id } = await ring(bob.phone, await app.directChat(bob.user, cleo.user));
    const request = { to: bob.id, callType: 'audio', requestId: 'busy' };

    await ann.phone.refusal('BUSY', 'call_user', request);
    await ann.phone.refusal('BUSY', 'call_user', request);

    expect(await callsOf(app, ann.user)).toHaveLength(1);
    expect(bob.laptop.all('call_missed')).toHaveLength(1);
    await bob.phone.ok('call_ended', { callId: id });
  });

  it('should open a chat for a call to somebody new', async () => {
    const [cleo, dan] = (await people(app, 2)) as [Person, Person];

    const { callId, call } = await cleo.phone.ok('call_user', { to: dan.id, callType: 'audio' });

    expect(await dan.laptop.next('incoming_call')).toEqual({
      callId,
      from: cleo.id,
      callType: 'audio',
      chatId: call.chatId,
      call,
    });
    await dan.phone.ok('call_rejected', { callId });
    await traceOf(app, dan.user, call.chatId, callId);
    expect(await app.directChat(dan.user, cleo.user)).toBe(call.chatId);
    expect(await traces(app, cleo.user, call.chatId)).toHaveLength(1);
  });
});
