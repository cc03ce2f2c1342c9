import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { CallScene, EVENTS_IN_A_CALL, EVENTS_OF_THE_DEVICE } from '../support/call-scene.js';
import { callOf, type CallView, connectCall, outcome, pair, traceOf } from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const UNKNOWN = 'f'.repeat(24);

describe('misuse of calls', () => {
  let app: TestApp;
  let scene: CallScene;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    scene = await CallScene.open(app);
  });

  afterEach(() => scene.expectUntouched());

  afterAll(async () => {
    await scene.expectAlive();
    await app.close();
  });

  describe.each(EVENTS_IN_A_CALL)('%s', (event) => {
    it('should tell a stranger as little of it as of a call that does not exist', async () => {
      const real = await scene.eve.phone.refusal('NOT_FOUND', event, scene.payload(event));
      const none = await scene.eve.phone.refusal('NOT_FOUND', event, {
        ...scene.payload(event),
        callId: UNKNOWN,
      });

      expect(real).toEqual(none);
    });

    it('should refuse who was removed from the chat', async () => {
      const ack = await scene.fay.phone.send(event, scene.payload(event));

      expect(['NOT_FOUND', 'FORBIDDEN']).toContain(outcome(ack));
    });

    it('should refuse any other sender than the own one, by any name of the field', async () => {
      for (const field of ['from', 'userId', 'senderId']) {
        for (const socket of [scene.ann.phone, scene.eve.phone, scene.cleo.phone]) {
          await socket.refusal('FORBIDDEN', event, { ...scene.payload(event), [field]: scene.bob.id });
        }
      }
    });
  });

  // Whoever left or declined may come back to a group call: that is `call_accepted`.
  describe.each(EVENTS_IN_A_CALL.filter((event) => event !== 'call_accepted'))('%s', (event) => {
    it.each(['gus', 'cleo', 'dan'] as const)(
      'should refuse %s, who is in the chat, not in the call',
      async (who) => {
        await scene[who].phone.refusal('FORBIDDEN', event, scene.payload(event));
        await scene[who].laptop.refusal('FORBIDDEN', event, scene.payload(event));
      },
    );
  });

  it.each(EVENTS_OF_THE_DEVICE)('should take %s from the device in the call alone', async (event) => {
    await scene.ann.laptop.refusal('FORBIDDEN', event, scene.payload(event));
    await scene.bob.laptop.refusal('FORBIDDEN', event, scene.payload(event, { to: scene.ann.id }));
  });

  it('should not let another device reject the call, or take the seat by accepting', async () => {
    await scene.bob.laptop.refusal('CONFLICT', 'call_accepted', { callId: scene.callId });
    const rejected = await scene.bob.laptop.send('call_rejected', { callId: scene.callId });

    expect(['CONFLICT', 'FORBIDDEN']).toContain(outcome(rejected));
  });

  it.each(['offer', 'answer', 'ice_candidate'])(
    'should deliver %s to nobody outside of the call',
    async (event) => {
      for (const { id } of [scene.eve, scene.gus, scene.cleo, scene.dan, scene.fay]) {
        const ack = await scene.ann.phone.send(event, scene.payload(event, { to: id }));
        expect(['FORBIDDEN', 'NOT_FOUND']).toContain(outcome(ack));
      }
      const toNobody = await scene.ann.phone.send(event, scene.payload(event, { to: UNKNOWN }));
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain(outcome(toNobody));
      const toSelf = await scene.ann.phone.send(event, scene.payload(event, { to: scene.ann.id }));
      expect(['FORBIDDEN', 'VALIDATION']).toContain(outcome(toSelf));
    },
  );

  describe('a call that is over', () => {
    let annPhone: TestSocket;
    let bobPhone: TestSocket;
    let others: TestSocket[];
    let callId: string;
    let bobId: string;
    let before: CallView;
    let view: () => Promise<CallView>;

    beforeAll(async () => {
      const both = await pair(app);
      ({ phone: annPhone } = both.ann);
      ({ phone: bobPhone, id: bobId } = both.bob);
      others = [both.ann.laptop, both.bob.laptop];
      callId = await connectCall(both);
      await bobPhone.ok('call_ended', { callId });
      await traceOf(app, both.bob.user, both.chatId, callId);
      view = () => callOf(app, both.bob.user, callId);
      before = await view();
      await scene.freeze();
    });

    it.each(EVENTS_IN_A_CALL)('should answer %s with GONE, to strangers with NOT_FOUND', async (event) => {
      for (const socket of [annPhone, bobPhone, ...others]) {
        await socket.settle();
        socket.forget();
      }
      const payload = { ...scene.payload(event, { to: bobId }), callId };

      for (const socket of [annPhone, ...others.slice(0, 1)]) await socket.refusal('GONE', event, payload);
      await scene.eve.phone.refusal('NOT_FOUND', event, payload);

      for (const socket of [annPhone, bobPhone, ...others]) {
        await socket.settle();
        expect(socket.heard).toEqual([]);
      }
      expect(await view()).toEqual(before);
    });

    it.each(['call_accepted', 'call_rejected', 'call_ended', 'offer', 'answer', 'ice_candidate'])(
      'should find no call for %s without a callId',
      async (event) => {
        const { callId: _, ...payload } = scene.payload(event, { to: bobId });

        await annPhone.refusal('NOT_FOUND', event, payload);
      },
    );
  });

  it('should show no call of others by REST', async () => {
    const get = (path: string) => app.http.get(`/api/calls${path}`).set(scene.eve.user.auth);

    expect((await get('').expect(200)).body).toEqual({ items: [], nextCursor: null });
    for (const callId of [scene.callId, UNKNOWN]) await get(`/${callId}`).expect(404);
    await get('/nothing').expect(400);
    expect((await get(`/${scene.callId}`)).body).toEqual((await get(`/${UNKNOWN}`)).body);
  });
});
