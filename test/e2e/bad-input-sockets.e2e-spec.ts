import type { Type } from '@nestjs/common';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { STRING_FORMS } from '../../src/realtime/socket-events.js';
import { documentedPayloads } from '../support/client-events.js';
import { CANARY, oddValues, refusedValues } from '../support/hostile-values.js';
import { resolve, sampleObject } from '../support/schema.js';
import { inParallel, Stage } from '../support/stage.js';
import type { Ack, TestSocket } from '../support/test-socket.js';

/*
 * Every field of every client event that a gateway handles, with everything that its documents do not
 * admit. An event that is added later is tested by being there.
 */
const stage = await Stage.open();
const { payloads: handlers, schemas } = documentedPayloads(stage.app.app);

interface Attempt {
  label: string;
  args: unknown[];
  /** Whose name the refusal must give; any of these. */
  fields: string[];
}

let socket: TestSocket;

afterAll(() => stage.close());
beforeEach(async () => {
  socket = await stage.app.connectAs(stage.ann);
  await stage.freeze();
});

describe('bad input by socket is refused by field and rule, stores nothing and tells nobody', () => {
  it.each(handlers)('$event: its fields', async ({ event, dto }) => {
    await expectAllRefused(event, badFields(dto));
  });

  it.each(handlers)('$event: its payload as a whole', async ({ event, dto }) => {
    await expectAllRefused(event, badPayloads(event, dto));
  });

  it.each(handlers)('$event: without an ack callback', async ({ event }) => {
    socket.raw.emit(event, [CANARY]);

    const { error, ...rest } = await socket.next('exception');
    expect(rest).toEqual({ event });
    expect(error).toMatchObject({ code: 'VALIDATION', details: [{ field: 'payload', rule: 'isObject' }] });
    expect(JSON.stringify(error)).not.toContain(CANARY);
    await stage.expectUntouched();
  });

  it.each(handlers)('$event: what no decent client would encode', async ({ event }) => {
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const packets = [`[${JSON.stringify(event)},${deep}]`, `[${JSON.stringify(event)},{"chatId":1e999}]`];

    for (const packet of packets) sendPacket(socket, `2${packet}`);

    const heard = await socket.count('exception', packets.length);
    expect(heard.map(({ error }) => error.code)).toEqual(['VALIDATION', 'VALIDATION']);
    await stage.expectUntouched();
  });
});

describe('odd input that is admitted never fails inside', () => {
  it.each(handlers)('$event', async ({ event, dto }) => {
    const mallory = await stage.app.connectAs(await stage.app.registerAndLogin());
    const base = sampleObject({ $ref: dto.name }, schemas);
    const { properties = {} } = resolve({ $ref: dto.name }, schemas);
    const attempts = Object.entries(properties).flatMap(([name, schema]) =>
      oddValues(schema, schemas).map(({ label, value }) => ({
        label: `${name}: ${label}`,
        payload: { ...base, [name]: value },
      })),
    );
    const inner: string[] = [];
    await inParallel(attempts, 8, async ({ label, payload }) => {
      const { error } = await mallory.send(event, payload);
      if (error?.code === 'INTERNAL' || error?.code === 'UNAVAILABLE') inner.push(`${label}: ${error.code}`);
    });

    expect(inner).toEqual([]);
    await stage.expectHealthy();
  });
});

describe('events that do not exist', () => {
  const names = [
    'nothing',
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'error',
    'exception',
    'receive_message',
    'join_chat ',
    'JOIN_CHAT',
    'x'.repeat(10_000),
  ];

  it.each(names)('should answer NOT_FOUND to "%s"', async (name) => {
    const { code, message } = await socket.refusal('NOT_FOUND', name, { chatId: stage.groupId });

    expect(message).not.toContain(name || '\0');
    expect(code).toBe('NOT_FOUND');
    await stage.expectUntouched();
  });

  it('should say so by an exception where there is no ack callback', async () => {
    socket.raw.emit('nothing', { text: CANARY });

    expect(await socket.next('exception')).toEqual({
      event: 'nothing',
      error: { code: 'NOT_FOUND', message: expect.any(String) },
    });
  });

  it('should answer an event that is a number', async () => {
    sendPacket(socket, '2[7,{}]');

    expect(await socket.next('exception')).toMatchObject({ event: 7, error: { code: 'NOT_FOUND' } });
  });
});

describe('packets that are no events', () => {
  it.each([
    ['an event of a reserved name: disconnecting', '2["disconnecting",{}]'],
    ['an event of a reserved name: connect_error', '2["connect_error",{}]'],
    ['an event of a reserved name: newListener', '2["newListener",{}]'],
    ['an event without a name', '2[]'],
    ['an event that is an object', '2{"chatId":1}'],
    ['an event named by an object', '2[{"toString":1},{}]'],
    ['half an event', '2["new_message",{'],
    ['text', CANARY],
    ['an unknown type', '9["new_message",{}]'],
    ['another namespace of no end', `0/${'x'.repeat(5000)}`],
    ['an error', '4{"message":"x"}'],
    ['bytes announced that do not come, then an event', '51-["new_message",{"_placeholder":true,"num":0}]'],
    ['a placeholder for bytes that nobody announced', '50-["new_message",{"_placeholder":true,"num":7}]'],
    ['an absurd number of byte parts', '5999999999-["new_message",{}]'],
  ])('should close the socket at %s, or refuse it, and serve on', async (_, packet) => {
    const closed = socket.disconnected();

    sendPacket(socket, packet);
    sendPacket(socket, '2["nothing",{}]');

    await Promise.race([closed, socket.next('exception')]);
    await stage.expectUntouched();
  });

  it('should close the socket at a packet of 1 MiB, and that one only', async () => {
    const other = await stage.app.connectAs(stage.ann);
    const closed = socket.disconnected();

    socket.raw.emit('new_message', {
      chatId: stage.groupId,
      clientMessageId: 'x',
      text: 'x'.repeat(1024 * 1024),
    });

    expect(await closed).toMatch(/^transport/);
    await other.settle();
    await stage.expectUntouched();
  });

  it('should answer a packet just below the limit', async () => {
    const payload = { chatId: stage.groupId, clientMessageId: 'x', text: 'x'.repeat(64 * 1024 - 200) };

    const { details } = await socket.refusal('VALIDATION', 'new_message', payload);

    expect(details).toEqual([expect.objectContaining({ field: 'text', rule: 'maxLength' })]);
    await stage.expectUntouched();
  });

  it('should not mind an ack for something that was never asked', async () => {
    sendPacket(socket, '3999["x"]');

    await socket.refusal('NOT_FOUND', 'nothing');
    await stage.expectUntouched();
  });
});

/** Past the client library, whose encoder is decent. */
function sendPacket({ raw }: TestSocket, packet: string): void {
  raw.io.engine.write(packet);
}

async function expectAllRefused(event: string, attempts: Attempt[]): Promise<void> {
  const wrong: string[] = [];
  await inParallel(attempts, 16, async ({ label, args, fields }) => {
    const problem = problemOf(await socket.send(event, ...args), fields);
    if (problem) wrong.push(`${label}: ${problem}`);
  });

  expect(attempts.length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
  expect(socket.all('exception')).toEqual([]);
  await stage.expectUntouched();
}

/** What is wrong with the ack, if anything. */
function problemOf(ack: Ack, fields: string[]): string | null {
  const text = JSON.stringify(ack);
  if (ack.ok || ack.error?.code !== 'VALIDATION') return `answered ${text.slice(0, 300)}`;
  if (Object.keys(ack).length !== 2 || Object.keys(ack.error).length !== 3) return `other keys in ${text}`;
  if (text.includes(CANARY)) return `quotes the input: ${text}`;
  const named = (ack.error.details ?? []).map(({ field, rule }) => (rule ? field : ''));
  const isNamed = fields.some((name) =>
    named.some((field) => field === name || field.startsWith(`${name}.`)),
  );
  return isNamed ? null : `names ${named.join(', ')} and not ${fields.join(' or ')}`;
}

function badFields(dto: Type): Attempt[] {
  const base = sampleObject({ $ref: dto.name }, schemas);
  const { properties = {}, required = [] } = resolve({ $ref: dto.name }, schemas);
  const withField = (name: string, value: unknown) => [
    Object.fromEntries([...Object.entries(base).filter(([key]) => key !== name), [name, value]]),
  ];
  return [
    ...Object.entries(properties).flatMap(([name, schema]) => [
      ...refusedValues(schema, schemas).map(({ label, value }) => ({
        label: `${name}: ${label}`,
        args: withField(name, value),
        fields: [name],
      })),
      { label: `${name}: bytes`, args: withField(name, Buffer.from(CANARY)), fields: [name] },
      { label: `${name}: no bytes`, args: withField(name, Buffer.alloc(0)), fields: [name] },
      { label: `${name}: many bytes`, args: withField(name, Buffer.alloc(50_000)), fields: [name] },
    ]),
    ...required.map((name) => ({
      label: `without ${name}`,
      args: [Object.fromEntries(Object.entries(base).filter(([key]) => key !== name))],
      fields: [name],
    })),
    ...['zzExtra', '$where', 'constructor', 'prototype', '__proto__', 'toString', 'length', ''].map(
      (name) => ({
        label: `with "${name}"`,
        args: withField(name, { isAdmin: true }),
        fields: [name],
      }),
    ),
    {
      label: 'a hidden __proto__',
      args: [{ ...base, zz: JSON.parse('{"__proto__":{"isAdmin":true}}') as unknown }],
      fields: ['zz'],
    },
  ];
}

function badPayloads(event: string, dto: Type): Attempt[] {
  const base = sampleObject({ $ref: dto.name }, schemas);
  const { required = [] } = resolve({ $ref: dto.name }, schemas);
  const stringField = STRING_FORMS[event];
  const whole: unknown[] = [[], [base], 7, 0, true, false, Buffer.from(JSON.stringify(base))];
  const absent: unknown[][] = [[], [null], [undefined], [{}]];
  return [
    ...whole.map((value) => ({ label: JSON.stringify(value), args: [value], fields: ['payload'] })),
    ...[CANARY, '', '\0', '__proto__', JSON.stringify(base)].map((value) => ({
      label: JSON.stringify(value),
      args: [value],
      fields: [stringField ?? 'payload'],
    })),
    ...(required.length > 0 ? absent : []).map((args) => ({
      label: `${args.length} of ${String(args[0])}`,
      args,
      fields: required,
    })),
    ...[
      [base, base],
      [base, null],
      [base, CANARY],
      [null, base],
      // As many as fit into one packet.
      Array.from({ length: Math.min(1000, Math.floor(50_000 / JSON.stringify(base).length)) }, () => base),
    ].map((args) => ({ label: `${args.length} payloads`, args, fields: ['payload'] })),
  ];
}
