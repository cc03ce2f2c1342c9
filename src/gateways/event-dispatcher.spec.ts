import { PacketType } from 'socket.io-parser';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { NotFoundError } from '../common/errors/app-error.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { EventDispatcher, type EventHandler } from './event-dispatcher.js';
import { FrameBatcher } from './frame-batcher.js';
import { ReplyDeadline } from './reply-deadline.js';

interface Ack {
  type: PacketType;
  id: number;
  data: [unknown];
}

describe('EventDispatcher', () => {
  let socket: {
    connected: boolean;
    onevent?(packet: object): void;
    packet(packet: Ack): void;
    emit(...args: unknown[]): void;
  };
  let acks: Map<number, ReturnType<typeof vi.fn<(body: unknown) => void>>>;
  let emitted: unknown[][];
  let dispatcher: EventDispatcher;
  let deadline: ReplyDeadline;

  beforeEach(() => {
    emitted = [];
    acks = new Map();
    socket = {
      connected: true,
      packet: ({ type, id, data }) => {
        expect(type).toBe(PacketType.ACK);
        acks.get(id)?.(...data);
      },
      emit: (...args: unknown[]) => emitted.push(args),
    };
    deadline = new ReplyDeadline();
    dispatcher = new EventDispatcher(deadline, new FrameBatcher());
    dispatcher.listenTo(socket as unknown as ParleySocket);
    return () => deadline.stop();
  });

  const handle = (event: string, handler: EventHandler) => dispatcher.add(event, handler);
  const receive = (...data: unknown[]) => socket.onevent?.({ data });
  const ask = (...data: unknown[]) => {
    const ack = vi.fn<(body: unknown) => void>();
    const id = acks.size;
    acks.set(id, ack);
    socket.onevent?.({ id, data });
    return ack;
  };
  const answered = async (ack: ReturnType<typeof ask>): Promise<unknown> => {
    await vi.waitUntil(() => ack.mock.calls.length > 0, { interval: 1 });
    expect(ack).toHaveBeenCalledTimes(1);
    return ack.mock.calls[0]?.[0];
  };

  it.each([
    ['a view', { id: 1 }, { id: 1 }],
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['something false', 0, 0],
  ])('should wrap what a handler returns: %s', async (_, returned, data) => {
    handle('join_chat', () => Promise.resolve(returned));

    expect(await answered(ask('join_chat', {}))).toEqual({ ok: true, data });
  });

  it('should answer what a filter has replied, and nothing after it', async () => {
    const error = { code: 'NOT_FOUND', message: 'x' } as const;
    handle('join_chat', (_, __, reply) => {
      reply.answer({ ok: false, error });
      return Promise.resolve('ignored');
    });

    expect(await answered(ask('join_chat', {}))).toEqual({ ok: false, error });
  });

  it('should answer for a filter that fails itself', async () => {
    handle('join_chat', () => Promise.reject(new NotFoundError('Chat')));

    expect(await answered(ask('join_chat', {}))).toEqual({
      ok: false,
      error: { code: 'NOT_FOUND', message: 'Chat not found' },
    });
  });

  it('should tell nothing of an unforeseen failure', async () => {
    handle('join_chat', () => Promise.reject(new Error('the secret is 42')));

    expect(JSON.stringify(await answered(ask('join_chat', {})))).not.toContain('42');
  });

  it('should answer a failure without an ack callback by an exception, and a success by nothing', async () => {
    handle('join_chat', () => Promise.reject(new NotFoundError('Chat')));
    handle('leave_chat', () => Promise.resolve({}));

    receive('leave_chat', {});
    receive('join_chat', {});

    await vi.waitUntil(() => emitted.length > 0, { interval: 1 });
    expect(emitted).toEqual([
      ['exception', { event: 'join_chat', error: { code: 'NOT_FOUND', message: 'Chat not found' } }],
    ]);
  });

  it.each(['nothing', '__proto__', 'constructor', 7])('should answer %s, which nobody handles', (event) => {
    expect(ask(event, {}).mock.calls[0]?.[0]).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  it('should answer an event without even a name', () => {
    const ack = vi.fn<(body: unknown) => void>();
    acks.set(0, ack);

    socket.onevent?.({ id: 0 });

    expect(ack.mock.calls[0]?.[0]).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  it('should hand on the one payload, of some events as a string too', () => {
    const heard: unknown[] = [];
    for (const event of ['join_chat', 'new_message']) {
      handle(event, (_, payload) => {
        heard.push(payload);
        return Promise.resolve();
      });
    }

    receive('join_chat', 'c');
    receive('join_chat', { chatId: 'c' });
    receive('new_message', 'c');
    receive('new_message');

    expect(heard).toEqual([{ chatId: 'c' }, { chatId: 'c' }, 'c', undefined]);
  });

  it('should take nothing from a socket that has left or was closed', () => {
    const handler = vi.fn<EventHandler>().mockResolvedValue({});
    handle('new_message', handler);
    socket.connected = false;

    expect(ask('new_message', {})).not.toHaveBeenCalled();
    expect(handler).not.toHaveBeenCalled();
  });

  it('should refuse several payloads without calling the handler', () => {
    const handler = vi.fn<EventHandler>().mockResolvedValue({});
    handle('new_message', handler);

    expect(ask('new_message', {}, {}).mock.calls[0]?.[0]).toMatchObject({
      ok: false,
      error: { code: 'VALIDATION', details: [{ field: 'payload', rule: 'single' }] },
    });
    expect(handler).not.toHaveBeenCalled();
  });

  it('should call handlers in the order of the events, before any of them has answered', () => {
    const calls: unknown[] = [];
    handle('new_message', (_, payload) => {
      calls.push(payload);
      return new Promise(() => undefined);
    });

    for (const payload of [1, 2, 3]) receive('new_message', payload);

    expect(calls).toEqual([1, 2, 3]);
  });
});
