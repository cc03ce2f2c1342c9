import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';

import { RedisLink } from '../../src/cluster/redis-link.js';
import { FrameBatcher } from '../../src/gateways/frame-batcher.js';
import { streamAdapter } from '../../src/gateways/stream-adapter.js';
import { workerAdapter } from '../../src/gateways/worker-adapter.js';
import { RedisServer } from '../support/redis-server.js';
import { requires } from '../support/requires.js';

type Adapter = Parameters<Server['adapter']>[0];

/** Enough for several readings from Redis. */
const ROUNDS = 150;

let cleanups: (() => unknown)[] = [];

/** As the app has it, but for what it would do with events. */
async function serve(adapter?: Adapter): Promise<{ server: Server; http: HttpServer }> {
  const http = createServer();
  const server = new Server(http, adapter && { adapter });
  new FrameBatcher().watch(server.engine);
  server.on('connection', (socket) => void socket.join('room'));
  await once(http.listen(0, '127.0.0.1'), 'listening');
  cleanups.push(() => server.close());
  return { server, http };
}

async function connectTo(http: HttpServer): Promise<Socket> {
  const { port } = http.address() as AddressInfo;
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
  cleanups.push(() => client.disconnect());
  await once(client as never, 'connect');
  return client;
}

/** Who sends, and who is connected to whom it reaches. */
interface Line {
  sender: Server;
  client: Socket;
}

async function onOneNode(): Promise<Line> {
  const { server, http } = await serve();
  return { sender: server, client: await connectTo(http) };
}

async function acrossWorkers(): Promise<Line> {
  const listeners: ((text: string) => void)[] = [];
  const channel = (place: number) => ({
    listen: (_: string, listener: (text: string) => void) => void (listeners[place] = listener),
    tell: (_: string, text: string) => listeners[1 - place]?.(text),
  });
  const { server: sender } = await serve(workerAdapter(channel(0)));
  const { http } = await serve(workerAdapter(channel(1)));
  return { sender, client: await connectTo(http) };
}

async function acrossRedis(): Promise<Line> {
  const redis = await RedisServer.start();
  cleanups.push(() => redis.stop());
  const node = async () => {
    const link = await RedisLink.open(redis.url);
    cleanups.push(() => link.onApplicationShutdown());
    return serve(streamAdapter(link));
  };
  const [{ server: sender }, { http }] = [await node(), await node()];
  const client = await connectTo(http);
  let isReading = false;
  client.once('hello', () => (isReading = true));
  await expect
    .poll(() => {
      sender.to('room').emit('hello');
      return isReading;
    })
    .toBe(true);
  return { sender, client };
}

const WAYS: [string, () => Promise<Line>][] = [
  ['on one node', onOneNode],
  ['from one worker to another', acrossWorkers],
];
if (requires('redis-server')) WAYS.push(['from one node to another by Redis', acrossRedis]);

describe('events that may be dropped', () => {
  afterEach(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    cleanups = [];
  });

  it.each(WAYS)(
    'should arrive in their place among others %s, as long as the client reads',
    async (_, open) => {
      const { sender, client } = await open();
      const heard: string[] = [];
      const end = new Promise<void>((resolve) => {
        client.onAny((event: string, n: number) => {
          if (event === 'end') resolve();
          else if (event !== 'hello') heard.push(`${event} ${n}`);
        });
      });

      const room = sender.to('room');
      for (let n = 0; n < ROUNDS; n += 1) {
        room.emit('message', n);
        for (const event of ['typing', 'still typing']) sender.to('room').volatile.emit(event, n);
      }
      room.emit('end');
      await end;

      expect(heard).toEqual(
        Array.from({ length: ROUNDS }, (__, n) => [
          `message ${n}`,
          `typing ${n}`,
          `still typing ${n}`,
        ]).flat(),
      );
    },
  );
});
