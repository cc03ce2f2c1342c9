import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  callOf,
  callsOf,
  expectFree,
  GRACE_MS,
  heardOfCalls,
  type Pair,
  pair,
  people,
  type Person,
  raced,
  ring,
  RING_MS,
  seat,
} from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const LANES = 6;
const ROUNDS = 8;

describe('devices and members that come or vanish in the very moment', { timeout: 60_000 }, () => {
  let app: TestApp;
  let lanes: Pair[];

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    lanes = await Promise.all(Array.from({ length: LANES }, () => pair(app)));
  });

  afterAll(() => app.close());

  /** Sends, and is gone before any answer: the packet leaves, then the connection ends. */
  const sendAndVanish = async (socket: TestSocket, event: string, payload: object, turns: number) => {
    socket.raw.emit(event, payload);
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    socket.raw.disconnect();
  };

  /** Whatever time has to do: each deadline of the longest call, one after the other. */
  const letTimePass = async (isOver: () => Promise<boolean>) => {
    await vi.waitFor(
      async () => {
        app.clock.advance(GRACE_MS);
        expect(await isOver()).toBe(true);
      },
      { timeout: 15_000, interval: 50 },
    );
  };

  const isOver = async ({ ann }: Pair): Promise<boolean> => {
    const calls = await callsOf(app, ann.user);
    return calls.every(({ state }) => state !== 'ringing' && state !== 'active');
  };

  it('should ring each device that connects while somebody calls, once', async () => {
    await raced(lanes, ROUNDS, async ({ ann, bob, chatId }, n) => {
      const connecting = app.connectAs(bob.user);
      for (let turn = 0; turn < n * 3; turn += 1) await new Promise(setImmediate);
      const [tablet, { id }] = await Promise.all([connecting, ring(ann.phone, chatId)]);

      await tablet.next('incoming_call', ({ callId }) => callId === id);
      await tablet.settle();

      expect(tablet.all('incoming_call')).toHaveLength(1);
      await tablet.ok('call_rejected', { callId: id });
      tablet.close();
    });
  });

  it('should not wait for who accepted and was gone', async () => {
    for (let n = 0; n < ROUNDS; n += 1) {
      const ids = await Promise.all(
        lanes.map(async ({ ann, bob, chatId }) => {
          const { id: callId } = await ring(ann.phone, chatId);
          await sendAndVanish(await app.connectAs(bob.user), 'call_accepted', { callId }, n);
          return callId;
        }),
      );

      for (const lane of lanes) await letTimePass(() => isOver(lane));

      for (const [i, { ann }] of lanes.entries()) {
        const { state } = await callOf(app, ann.user, ids[i] as string);
        expect(['missed', 'ended']).toContain(state);
      }
    }
    await Promise.all(lanes.map((lane) => expectFree(app, lane)));
  });

  it('should not ring without end for who called and was gone', async () => {
    for (let n = 0; n < ROUNDS; n += 1) {
      await Promise.all(
        lanes.map(async ({ ann, chatId }) => {
          await sendAndVanish(await app.connectAs(ann.user), 'call_user', { chatId, callType: 'audio' }, n);
        }),
      );

      for (const lane of lanes) await letTimePass(() => isOver(lane));
    }
    const missed = await Promise.all(lanes.map(({ ann }) => callsOf(app, ann.user, '?state=missed')));
    expect(missed.flat().length).toBeGreaterThan(0);
    await Promise.all(lanes.map((lane) => expectFree(app, lane)));
  });

  it('should not keep a call for who resumed it and was gone', async () => {
    for (let n = 0; n < ROUNDS; n += 1) {
      await Promise.all(
        lanes.map(async ({ ann, bob, chatId }) => {
          const { id: callId } = await ring(ann.phone, chatId);
          await bob.phone.ok('call_accepted', { callId });
          await sendAndVanish(await app.connectAs(bob.user), 'call_resume', { callId }, n);
          await bob.phone.settle();
        }),
      );

      // Where the new device never took it over, the old one is in it still, and hangs up.
      for (const { bob } of lanes) await bob.phone.send('call_ended', {});
      for (const lane of lanes) await letTimePass(() => isOver(lane));
    }
    await Promise.all(lanes.map((lane) => expectFree(app, lane)));
  });

  it('should seat nobody who is removed from the group while accepting', async () => {
    const [owner, ...others] = (await people(app, 13)) as [Person, ...Person[]];
    for (const member of others) {
      const chatId = await app.group(owner.user, [member.user, (lanes[0] as Pair).ann.user]);
      const { id: callId } = await ring(owner.phone, chatId);

      const [removal, accepted] = await Promise.all([
        app.http.delete(`/api/chats/${chatId}/members/${member.id}`).set(owner.user.auth),
        member.phone.send('call_accepted', { callId }),
      ]);

      expect(removal.status).toBe(204);
      await vi.waitFor(async () => {
        expect(seat(await callOf(app, owner.user, callId), member.id)).not.toBe('joined');
      });
      expect(seat(await callOf(app, owner.user, callId), member.id)).not.toBe('ringing');
      const signal = { callId, to: owner.id, offer: { type: 'offer', sdp: 'x' } };
      expect((await member.phone.send('offer', signal)).ok).toBe(false);
      expect(accepted.ok || ['FORBIDDEN', 'NOT_FOUND'].includes(accepted.error.code)).toBe(true);
      await owner.phone.ok('call_ended', { callId });
    }
  });

  it('should forget who left a group before it was ever answered', async () => {
    const [owner, bob, cleo] = (await people(app, 3)) as [Person, Person, Person];
    const chatId = await app.group(owner.user, [bob.user, cleo.user]);
    const { id: callId } = await ring(owner.phone, chatId);
    await app.http.delete(`/api/chats/${chatId}/me`).set(bob.user.auth).expect(204);
    await bob.phone.settle();
    bob.phone.forget();
    await cleo.phone.ok('call_rejected', { callId });

    await vi.waitFor(async () => {
      expect((await callOf(app, owner.user, callId)).state).not.toBe('ringing');
    });
    app.clock.advance(RING_MS);
    await bob.phone.settle();
    expect(heardOfCalls(bob.phone, callId)).not.toContain('incoming_call');
    await ring(bob.phone, await app.directChat(bob.user, cleo.user));
  });
});
