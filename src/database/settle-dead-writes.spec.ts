import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import { mongo } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { settleDeadWrites } from './settle-dead-writes.js';

interface DriverConnection {
  command(ns: unknown, command: object): Promise<unknown>;
}

const ofMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
const { Connection } = ofMongoose('mongodb/lib/cmap/connection.js') as {
  Connection: new (socket: Socket, options: object) => DriverConnection;
};
const { ns } = ofMongoose('mongodb/lib/utils.js') as { ns: (name: string) => unknown };

describe('settleDeadWrites', () => {
  let server: Server;
  let peer: Socket;
  let socket: Socket;
  let connection: DriverConnection;

  beforeEach(async () => {
    settleDeadWrites();
    settleDeadWrites(); // a second time changes nothing
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [peer] = await accepted;
    peer.on('error', () => undefined);
    connection = new Connection(socket, { hostAddress: { toString: () => 'peer' }, generation: 0 });
  });

  afterEach(async () => {
    socket.destroy();
    peer.destroy();
    server.close();
    await once(server, 'close');
  });

  it('should reject what is written to a socket that is closing, as a network error', async () => {
    socket.destroy(); // its `close` comes turns later
    const ping = connection.command(ns('admin.$cmd'), { ping: 1 });

    await expect(ping).rejects.toBeInstanceOf(mongo.MongoNetworkError);
  });

  it('should reject a write that still waits for the peer when the connection ends', async () => {
    peer.pause();
    const large = connection.command(ns('admin.$cmd'), { ping: 1, filler: 'x'.repeat(15 * 1024 * 1024) });
    setTimeout(() => peer.resetAndDestroy(), 50);

    await expect(large).rejects.toBeInstanceOf(mongo.MongoNetworkError);
  });
});
