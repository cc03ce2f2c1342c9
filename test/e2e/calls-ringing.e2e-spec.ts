import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  callOf,
  drop,
  GRACE_MS,
  heardOfCalls,
  interrupted,
  people,
  type Person,
  ring,
  RING_MS,
  sdp,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

describe('a call that rings', () => {
  let app: TestApp;
  let ringing: string;
  let cleo: Person;
  let dan: Person;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [cleo, dan] = (await people(app, 2)) as [Person, Person];
    ({ id: ringing } = await ring(cleo.phone, await app.directChat(cleo.user, dan.user)));
  });

  it('should wait for the caller to come back', async () => {
    drop(cleo.phone);
    await cleo.phone.disconnected();
    const back = await app.connectAs(cleo.user);
    await back.ok('call_resume', { callId: ringing });
    app.clock.advance(GRACE_MS + 1000);

    await dan.phone.ok('call_accepted', { callId: ringing });

    expect(await back.next('call_accepted')).toEqual({ callId: ringing, userId: dan.id });
    await back.ok('offer', { callId: ringing, to: dan.id, offer: sdp('offer') });
    await dan.phone.next('offer');
  });

  it('should be missed where the caller does not, and leave nobody ringing', async () => {
    drop(cleo.phone);
    await cleo.phone.disconnected();
    await interrupted(app, ringing, 1);

    app.clock.advance(GRACE_MS);

    for (const socket of [dan.phone, dan.laptop])
      expect(await socket.next('call_missed')).toEqual({ callId: ringing });
    expect(await callOf(app, dan.user, ringing)).toMatchObject({ state: 'missed', endReason: 'failed' });
    await dan.phone.refusal('GONE', 'call_accepted', { callId: ringing });
  });

  it('should ring devices that connect meanwhile, and none that come later', async () => {
    const third = await app.connectAs(dan.user);
    expect(await third.next('incoming_call')).toEqual(dan.phone.all('incoming_call')[0]);

    app.clock.advance(RING_MS);
    for (const socket of [cleo.phone, cleo.laptop, dan.phone, dan.laptop, third])
      expect(await socket.next('call_missed')).toEqual({ callId: ringing });
    const late = await app.connectAs(dan.user);
    await late.settle();
    expect(heardOfCalls(late)).toEqual([]);
  });

  it('should go on ringing when devices of the callee go, even the last', async () => {
    for (const socket of [dan.phone, dan.laptop]) drop(socket);
    await cleo.phone.settle();
    const back = await app.connectAs(dan.user);
    await back.next('incoming_call');
    await back.ok('call_accepted', { callId: ringing });
    expect(heardOfCalls(cleo.phone)).toEqual(['call_accepted']);
  });
});
