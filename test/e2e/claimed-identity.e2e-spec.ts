import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { documentedPayloads } from '../support/client-events.js';
import { sampleObject } from '../support/schema.js';
import { Stage } from '../support/stage.js';
import type { TestSocket } from '../support/test-socket.js';

/* The fields in which tutorial clients say who they are, in every client event and the routes that equal one. */
const CLAIMS = ['userId', 'from', 'senderId'] as const;

const stage = await Stage.open();
const { payloads: handlers, schemas } = documentedPayloads(stage.app.app);
const other = await stage.app.registerAndLogin();

/** What is right in all else, without any claim. */
function honest(dto: { name: string }): Record<string, unknown> {
  const payload = sampleObject({ $ref: dto.name }, schemas);
  for (const claim of CLAIMS) delete payload[claim];
  return payload;
}

let socket: TestSocket;

afterAll(() => stage.close());
beforeEach(async () => {
  socket = await stage.app.connectAs(stage.ann);
  await stage.freeze();
});

describe('identity is the token’s', () => {
  it.each(handlers)('should forbid to be somebody else: $event', async ({ event, dto }) => {
    for (const claim of CLAIMS) {
      await socket.refusal('FORBIDDEN', event, { ...honest(dto), [claim]: other.id });
    }

    await stage.expectUntouched();
  });

  it.each(['user_connected', 'presence', 'set_active', 'new_message', 'new_status'])(
    'should let one say who one is: %s',
    async (event) => {
      const payloads: Record<string, object> = {
        presence: { userIds: [other.id] },
        set_active: { active: true },
        new_message: { chatId: stage.groupId, text: 'It is me' },
        new_status: { type: 'text', text: 'It is me' },
      };
      for (const claim of CLAIMS) {
        const { ok, error } = await socket.send(event, { ...payloads[event], [claim]: stage.ann.id });
        expect([claim, ok, error]).toEqual([claim, true, undefined]);
      }
    },
  );

  it.each([
    ['a message', () => `/api/chats/${stage.groupId}/messages`, { clientMessageId: 'mine', text: 'Hello' }],
    ['a status', () => '/api/status', { type: 'text', text: 'Hello' }],
  ])('should hold for %s by REST', async (_, path, content) => {
    for (const claim of CLAIMS) {
      const forged = { ...content, [claim]: other.id };
      const { body } = await stage.app.http.post(path()).set(stage.ann.auth).send(forged).expect(403);
      expect(body.error.code).toBe('FORBIDDEN');
    }
    await stage.expectUntouched();

    const own = { ...content, userId: stage.ann.id, from: stage.ann.id, senderId: stage.ann.id };
    await stage.app.http.post(path()).set(stage.ann.auth).send(own).expect(201);
  });
});
