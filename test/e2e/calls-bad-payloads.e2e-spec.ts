import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { CallScene, EVENTS_IN_A_CALL } from '../support/call-scene.js';
import { outcome } from '../support/calls.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const UNKNOWN = 'f'.repeat(24);
const ALL_EVENTS = ['call_user', ...EVENTS_IN_A_CALL];

describe('payloads that no call event takes', () => {
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
    it.each([
      ['no id', 'call-1'],
      ['a number', 1],
      ['an object', { $ne: null }],
      ['a list', []],
      ['empty', ''],
    ])('should refuse a callId that is %s', async (_, callId) => {
      await scene.ann.phone.refusal('VALIDATION', event, { ...scene.payload(event), callId });
    });

    it('should not find a call that does not exist', async () => {
      await scene.ann.phone.refusal('NOT_FOUND', event, { ...scene.payload(event), callId: UNKNOWN });
    });

    it.each([
      ['nothing', undefined],
      ['null', null],
      ['a string', 'hello'],
      ['a list', [1]],
    ])('should refuse %s for a payload', async (_, payload) => {
      // Eve has no call that a missing callId could mean.
      const ack = await scene.eve.phone.send(event, payload);

      expect(['VALIDATION', 'NOT_FOUND']).toContain(outcome(ack));
    });

    it('should refuse unknown fields', async () => {
      await scene.ann.phone.refusal('VALIDATION', event, { ...scene.payload(event), isAdmin: true });
    });
  });

  it.each([
    ['offer', 'to'],
    ['offer', 'offer'],
    ['answer', 'to'],
    ['answer', 'answer'],
    ['ice_candidate', 'to'],
    ['media_state', 'callId'],
    ['media_state', 'audio'],
    ['media_state', 'video'],
    ['media_state', 'screen'],
    ['call_resume', 'callId'],
  ])('should refuse %s without %s', async (event, field) => {
    const { [field]: _, ...rest } = scene.payload(event);

    const { details } = await scene.ann.phone.refusal('VALIDATION', event, rest);

    expect(details?.map((one) => one.field)).toContain(field);
  });

  it.each([
    ['offer', [1]],
    ['offer', 1],
    ['offer', true],
    ['offer', null],
    ['offer', { type: 'answer', sdp: 'v=0' }],
    ['answer', { type: 'offer', sdp: 'v=0' }],
    ['answer', [{}]],
    ['ice_candidate', [{}]],
    ['ice_candidate', 7],
    ['ice_candidate', false],
    ['ice_candidate', { candidate: 'x'.repeat(5000) }],
    ['offer', { type: 'offer', sdp: 'x'.repeat(50 * 1024) }],
    ['answer', 'x'.repeat(50 * 1024)],
    // Half as many characters as bytes.
    ['offer', { type: 'offer', sdp: 'é'.repeat(25 * 1024) }],
  ])('should refuse %s of this kind or size', async (event, value) => {
    const field = event === 'ice_candidate' ? 'candidate' : event;

    const ack = await scene.ann.phone.send(event, { ...scene.payload(event), [field]: value });

    expect(['VALIDATION', 'PAYLOAD_TOO_LARGE']).toContain(outcome(ack));
    expect(JSON.stringify(ack).length, 'no echo').toBeLessThan(1000);
  });

  it.each([
    ['media_state', { audio: 'yes' }],
    ['media_state', { video: 1 }],
    ['media_state', { screen: null }],
    ['call_rejected', { reason: 1 }],
    ['call_ended', { reason: 'x'.repeat(5000) }],
    ['call_ended', { reason: { text: 'x' } }],
  ])('should refuse %s with %j', async (event, fields) => {
    await scene.ann.phone.refusal('VALIDATION', event, { ...scene.payload(event), ...fields });
  });

  describe('call_user', () => {
    it('should refuse who is not in the chat, and whom it does not find', async () => {
      const { eve, fay, groupId, cleo } = scene;
      const call = (fields: object) => ({ callType: 'video', ...fields });

      await eve.phone.refusal('NOT_FOUND', 'call_user', call({ chatId: groupId }));
      await eve.phone.refusal('NOT_FOUND', 'call_user', call({ chatId: UNKNOWN }));
      await eve.phone.refusal('NOT_FOUND', 'call_user', call({ to: UNKNOWN }));
      await fay.phone.refusal('FORBIDDEN', 'call_user', call({ chatId: groupId }));
      await cleo.phone.refusal('FORBIDDEN', 'call_user', call({ chatId: groupId, from: eve.id }));
    });

    it.each([
      [{}],
      [{ callType: 'video' }],
      [{ to: UNKNOWN }],
      [{ to: 'ann', callType: 'video' }],
      [{ to: UNKNOWN, callType: 'fax' }],
      [{ to: [UNKNOWN], callType: 'video' }],
      [{ to: { $ne: null }, callType: 'video' }],
      [{ to: UNKNOWN, callType: 'video', state: 'active' }],
      [{ to: UNKNOWN, callType: 'video', requestId: '' }],
      [{ to: UNKNOWN, callType: 'video', requestId: 'x'.repeat(65) }],
    ])('should refuse %j', async (payload) => {
      await scene.eve.phone.refusal('VALIDATION', 'call_user', payload);
    });

    it('should not call oneself', async () => {
      const ack = await scene.eve.phone.send('call_user', { to: scene.eve.id, callType: 'audio' });

      expect(['VALIDATION', 'FORBIDDEN']).toContain(outcome(ack));
    });

    it('should refuse who is in a call already', async () => {
      await scene.ann.laptop.refusal('CONFLICT', 'call_user', { to: scene.eve.id, callType: 'audio' });
      await scene.bob.phone.refusal('CONFLICT', 'call_user', { to: scene.eve.id, callType: 'audio' });
    });
  });

  it('should answer each event without a callback by exception, and never be silent', async () => {
    for (const event of ALL_EVENTS) {
      scene.eve.phone.raw.emit(event, { callId: 'rubbish', to: 1 });
      expect(await scene.eve.phone.next('exception', (one) => one.event === event)).toMatchObject({
        event,
        error: { code: 'VALIDATION' },
      });
    }
  });
});
