import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerAdapter } from './worker-adapter.js';

describe('the adapter of a worker', () => {
  let http: HttpServer;
  let server: Server;
  let client: Socket;
  let told: string[];

  beforeEach(async () => {
    told = [];
    const primary = {
      listen: () => undefined,
      tell: (_: string, text: string) => void told.push(text),
    };
    http = createServer();
    server = new Server(http, { adapter: workerAdapter(primary) });
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
