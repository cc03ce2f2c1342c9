import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Server } from 'socket.io';
import { MessageType } from 'socket.io-adapter';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FrameBatcher } from './frame-batcher.js';
import { workerAdapter } from './worker-adapter.js';

/** What another worker would have told. */
const emitted = (event: string, n: number, flags: object = {}) =>
  JSON.stringify({
    uid: 'another',
    nsp: '/',
    type: MessageType.BROADCAST,
    data: { packet: { type: 2, data: [event, n], nsp: '/' }, opts: { rooms: ['room'], except: [], flags } },
  });

describe('the adapter of a worker', () => {
  let http: HttpServer;
  let server: Server;
  let client: Socket;
  let hear: (text: string) => void;
  let told: string[];

  beforeEach(async () => {
    told = [];
    const primary = {
      listen: (_: string, listener: (text: string) => void) => void (hear = listener),
      tell: (_: string, text: string) => void told.push(text),
    };
    http = createServer();
    server = new Server(http, { adapter: workerAdapter(primary) });
    new FrameBatcher().watch(server.engine);
    server.on('connection', (socket) => void socket.join('room'));
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const { port } = http.address() as AddressInfo;
    client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
    await once(client as never, 'connect');
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  /** All that is heard until `last`, as `event n`. */
  const heardUntil = (last: string) =>
    new Promise<string[]>((resolve) => {
      const heard: string[] = [];
      client.onAny((event: string, n: number) => {
        heard.push(`${event} ${n}`);
        if (event === last) resolve(heard);
      });
    });

  it('should bring volatile events that arrive together with others, in their order', async () => {
    const heard = heardUntil('end');

    hear(emitted('message', 1));
    hear(emitted('typing', 2, { volatile: true }));
    hear(emitted('message', 3));
    hear(emitted('typing', 4, { volatile: true }));
    hear(emitted('typing', 5, { volatile: true }));
    hear(emitted('end', 6));

    expect(await heard).toEqual(['message 1', 'typing 2', 'message 3', 'typing 4', 'typing 5', 'end 6']);
  });

  it("should bring what comes by this worker at once to its own sockets, and tell the others in the sender's order", async () => {
    const heard = heardUntil('end');

    server.to('room').emit('message', 1);
    server.to('room').emit('end', 2);

    expect(await heard).toEqual(['message 1', 'end 2']);
    expect(
      told.map((text) => (JSON.parse(text) as { data: { packet: { data: unknown } } }).data.packet.data),
    ).toEqual([
      ['message', 1],
      ['end', 2],
    ]);
  });
});
