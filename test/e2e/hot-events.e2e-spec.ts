import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { ReceiptsService } from '../../src/chats/receipts/receipts.service.js';
import { RATE_LIMITS } from '../../src/common/rate-limit/rate-limits.js';
import { HOT_METHODS, HotEvents } from '../../src/gateways/hot-events.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { clientEventsOf } from '../support/client-events.js';
import { Stage } from '../support/stage.js';
import type { TestSocket } from '../support/test-socket.js';

/* Events that skip Nest's pipeline refuse what it would refuse, in its order: who is it, too much, right, allowed. */
describe('hot events', () => {
  let stage: Stage;
  let socket: TestSocket;

  beforeAll(async () => {
    stage = await Stage.open({ RATE_LIMITS: 'on' });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    const user = await stage.app.registerAndLogin();
    socket = await stage.app.connectAs(user);
    await stage.freeze();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const EVENTS = [
    { event: 'new_message', limit: 'new_message', rest: { text: 'Hello', clientMessageId: 'hot' } },
    { event: 'message_delivered', limit: 'receipts', rest: { seq: 1 } },
    { event: 'message_read', limit: 'receipts', rest: { seq: 1 } },
  ] as const;

  it('should be these alone, and be taken from Nest', () => {
    const handlers = clientEventsOf(stage.app.app);
    const hot = stage.app.app.get(HotEvents);
    const taken = handlers.filter(({ event }) => hot.handlerOf(event) !== null);

    expect(taken.map(({ method }) => method)).toEqual([...HOT_METHODS]);
    expect(taken.map(({ event }) => event)).toEqual(EVENTS.map(({ event }) => event));
    expect(taken.map(({ metadata }) => metadata?.limit)).toEqual(EVENTS.map(({ limit }) => limit));
    for (const { payloads } of taken) expect(payloads).toHaveLength(1);
  });

  it.each(EVENTS)('should refuse a stranger, a claim and what is wrong: $event', async ({ event, rest }) => {
    const chatId = stage.groupId;

    await socket.refusal('NOT_FOUND', event, { chatId, ...rest });
    await socket.refusal('NOT_FOUND', event, { chatId: 'f'.repeat(24), ...rest });
    await socket.refusal('FORBIDDEN', event, { chatId, ...rest, from: stage.ann.id });
    const { details } = await socket.refusal('VALIDATION', event, { ...rest, chatId: { $ne: null } });
    expect(new Set(details?.map(({ field }) => field))).toEqual(new Set(['chatId']));
    await socket.refusal('VALIDATION', event, { chatId, ...rest, more: 1 });
    await socket.refusal('VALIDATION', event, { chatId, ...rest }, 'another payload');
    for (const payload of [null, 'text', 7, []]) await socket.refusal('VALIDATION', event, payload);
    await stage.expectUntouched();
  });

  it.each(EVENTS)('should refuse a token that is over, before anything else: $event', async ({ event }) => {
    const later = stage.app.clock.nowMs() + 365 * 86_400_000;
    vi.spyOn(stage.app.clock, 'nowMs').mockImplementation(() => later);

    await socket.refusal('TOKEN_EXPIRED', event, { chatId: 'not an id' });
  });

  it.each(EVENTS)(
    'should refuse what is too much, before it is looked at: $event',
    async ({ event, limit }) => {
      const { points } = RATE_LIMITS[limit];
      const wrong = Array.from({ length: points }, () => socket.send(event, {}));
      const codes = (await Promise.all(wrong)).map(({ error }) => error.code);

      expect(new Set(codes)).toEqual(new Set(['VALIDATION']));
      const { retryAfterMs } = await socket.refusal('RATE_LIMITED', event, {});
      expect(retryAfterMs).toBeGreaterThan(0);
      await stage.expectUntouched();
    },
  );

  it.each(EVENTS)('should say nothing of what is unforeseen, and log it: $event', async ({ event, rest }) => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const { app } = stage.app;
    vi.spyOn(app.get(MessagesService), 'send').mockRejectedValue(new Error('a secret'));
    for (const name of ['markDelivered', 'markRead'] as const) {
      vi.spyOn(app.get(ReceiptsService), name).mockRejectedValue(new Error('a secret'));
    }

    const { message } = await socket.refusal('INTERNAL', event, { chatId: stage.groupId, ...rest });

    expect(message).not.toContain('secret');
    expect(logged).toHaveBeenCalledOnce();
  });
});
