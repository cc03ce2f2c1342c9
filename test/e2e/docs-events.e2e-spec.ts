import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ClientEventsExplorer } from '../../src/docs/client-events.explorer.js';
import { SERVER_EVENT_DOCS } from '../../src/docs/server-events.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { brokenRefs, eachObject } from '../support/json-refs.js';
import type { TestSocket } from '../support/test-socket.js';

describe('/docs/events', () => {
  let app: TestApp;
  let document: any;
  let clientEvents: string[];
  const serverEvents = Object.keys(SERVER_EVENT_DOCS);

  beforeAll(async () => {
    app = await createTestApp();
    document = (await app.http.get('/docs/events-json').expect(200)).body;
    const explored = app.app.get(ClientEventsExplorer).explore();
    clientEvents = explored.map(({ name }) => name);
  });

  afterAll(() => app.close());

  it('should find the handlers by their decorator', () => {
    expect(clientEvents).toEqual(
      expect.arrayContaining(['user_connected', 'join_chat', 'new_message', 'message_read', 'presence']),
    );
    expect(new Set(clientEvents).size).toBe(clientEvents.length);
  });

  it('should be an AsyncAPI 3 document with every event, its ack and its errors', () => {
    expect(document).toMatchObject({ asyncapi: '3.0.0', channels: { socket: { address: '/' } } });
    for (const name of clientEvents) {
      expect(document.operations).toMatchObject({
        [`client.${name}`]: {
          action: 'receive',
          messages: [{ $ref: `#/channels/socket/messages/client.${name}` }],
          reply: { messages: [{ $ref: `#/channels/socket/messages/ack.${name}` }] },
          'x-errors': expect.arrayContaining(['VALIDATION', 'RATE_LIMITED', 'INTERNAL']),
        },
      });
    }
    for (const name of serverEvents) {
      expect(document.operations).toHaveProperty([`server.${name}`, 'action'], 'send');
      expect(document.components.messages).toHaveProperty([`server.${name}`, 'examples', 0, 'payload']);
    }
  });

  it('should have no reference that leads nowhere', () => {
    expect(brokenRefs(document)).toEqual([]);
  });

  it('should speak the dialect of AsyncAPI, not of OpenAPI', () => {
    const foreign = eachObject(document.components.schemas).filter(
      (schema) => typeof schema.nullable === 'boolean' || 'example' in schema,
    );

    expect(foreign).toEqual([]);
  });

  it('should give payloads and acks their classes', () => {
    const { messages, schemas } = document.components;

    expect(messages['client.new_message'].payload).toEqual({ $ref: '#/components/schemas/NewMessageDto' });
    expect(schemas.NewMessageDto.required).toEqual(['chatId']);
    expect(messages['client.join_chat'].payload.oneOf[1]).toMatchObject({ type: 'string' });
    expect(messages['ack.new_message'].payload.oneOf).toMatchObject([
      { properties: { ok: { const: true }, data: { $ref: '#/components/schemas/NewMessageAck' } } },
      { properties: { ok: { const: false }, error: { allOf: expect.anything() } } },
    ]);
    expect(messages['server.receive_message'].payload).toEqual({ $ref: '#/components/schemas/MessageView' });
    expect(schemas.ChatView.properties.title.type).toEqual(['string', 'null']);
  });

  it('should show examples that the server takes', async () => {
    const [ann, bob] = await app.users(2);
    const chatId = await app.directChat(ann!, bob!);
    const socket = await app.connectAs(ann!);
    await socket.ok('new_message', { chatId, text: 'first' });
    const posted = await app.http
      .post('/api/status')
      .set(bob!.auth)
      .send({ type: 'text', text: 'At the sea' });

    // Bob calls before each event about a call: Ann rejects it, or is in it by having called back.
    const phone = await app.connectAs(bob!);
    const beginCall = async (name: string) => {
      const { callId } = await phone.ok('call_user', { chatId, callType: 'video' });
      if (name !== 'call_rejected') await socket.ok('call_user', { chatId, callType: 'video' });
      return callId as string;
    };
    const isAboutCall = (name: string) =>
      name !== 'call_user' && /^(call_|offer|answer|ice_candidate|media_state)/.test(name);

    const refused: string[] = [];
    for (const name of clientEvents) {
      const callId = isAboutCall(name) ? await beginCall(name) : null;
      const { payload } = document.components.messages[`client.${name}`].examples[0];
      const ready = {
        ...payload,
        ...(('chatId' in payload || name === 'call_user') && { chatId }),
        ...('callId' in payload && { callId }),
        ...('to' in payload && { to: bob!.id }),
        ...('seq' in payload && { seq: 1 }),
        ...('messageId' in payload && { messageId: await messageOf(socket, chatId, name === 'vote_poll') }),
        ...('statusId' in payload && { statusId: posted.body.id as string }),
      };
      const ack = await socket.send(name, ready);
      if (!ack.ok) refused.push(`${name}: ${ack.error.code}`);
      if (callId ?? name === 'call_user') await phone.send('call_ended', {});
    }
    // An example can't hold a valid token.
    expect(refused).toEqual(['authenticate: UNAUTHENTICATED']);
  });

  /** A message of their own that nothing has become of yet. */
  async function messageOf(socket: TestSocket, chatId: string, isPoll: boolean): Promise<string> {
    const content = isPoll ? { poll: { question: 'When?', options: ['Now', 'Then'] } } : { text: 'Hello' };
    const { message } = await socket.ok('new_message', { chatId, ...content });
    return message.id as string;
  }

  it('should be a page with every event, which loads nothing from elsewhere', async () => {
    const { text, headers } = await app.http.get('/docs/events').expect(200).expect('Content-Type', /html/);

    for (const name of clientEvents) expect(text).toContain(`id="client.${name}"`);
    for (const name of serverEvents) expect(text).toContain(`id="server.${name}"`);
    expect(text).not.toMatch(/<script|<link|src=/);
    expect(text).not.toMatch(/undefined|\[object/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    const anchors = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id as string);
    expect([...new Set(anchors)].filter((id) => !text.includes(`id="${id}"`))).toEqual([]);
  });
});
