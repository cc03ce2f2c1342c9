import { EventEmitter } from 'node:events';

import { beforeEach, describe, expect, it } from 'vitest';

import { FrameBatcher } from './frame-batcher.js';
import type { Packet } from './joined-frames.js';

let written: string[];

/** A connection that gathers packets as engine.io does, and writes down what reaches its socket. */
class Connection {
  readyState = 'open';
  writeBuffer: Packet[] = [];
  readonly transport = {
    writable: true,
    perMessageDeflate: false,
    socket: {
      readyState: 1,
      _socket: { cork: () => written.push('cork'), uncork: () => written.push('uncork') },
    },
  };

  constructor(private readonly name: string) {}

  send(data: string | Buffer): void {
    this.writeBuffer.push({ type: 'message', data });
    this.flush();
  }

  flush(): void {
    if (!this.transport.writable) return;
    const packets = this.writeBuffer;
    this.writeBuffer = [];
    written.push(...packets.map((packet) => `${this.name}:${textOf(packet)}`));
    this.ready();
  }

  onClose(): void {
    written.push(`${this.name} closed`);
    this.writeBuffer = [];
  }

  /** engine.io flushes whenever a transport is done with something. */
  ready(): void {
    this.transport.writable = true;
    if (Object.hasOwn(this, 'flush')) this.flush();
  }
}

/** The letters and numbers of one frame or several joined, or of a packet as it was queued. */
function textOf({ data, options }: Packet): string {
  const [frame] = options?.wsPreEncodedFrame ?? [];
  return frame
    ? [...frame.toString('latin1').matchAll(/4([\w ]+)/g)].map(([, text]) => text).join('+')
    : `raw ${String(data)}`;
}

const endOfTurn = () => new Promise(setImmediate);
const frames = () => written.filter((word) => word.includes(':'));

describe('FrameBatcher', () => {
  let batcher: FrameBatcher;
  let engine: EventEmitter;
  let ann: Connection;
  let bob: Connection;

  beforeEach(() => {
    written = [];
    batcher = new FrameBatcher();
    engine = new EventEmitter();
    batcher.watch(engine);
    [ann, bob] = ['ann', 'bob'].map((name) => new Connection(name)) as [Connection, Connection];
    for (const connection of [ann, bob]) engine.emit('connection', connection);
  });

  it('should write what a socket is sent in one turn as one buffer, in its order', async () => {
    ann.send('a');
    bob.send('a');
    ann.send('b');
    await Promise.resolve();
    ann.send('c');
    expect(written).toEqual([]);
    await endOfTurn();
    ann.send('d');
    await endOfTurn();

    expect(written).toEqual(['ann:a+b+c', 'bob:a', 'ann:d']);
  });

  it.each<[string, (of: Connection['transport']) => unknown, string | Buffer]>([
    ['what is no text', () => undefined, Buffer.from('b')],
    ['what is compressed', (transport) => (transport.perMessageDeflate = true), 'b'],
    ['what a closing socket is sent', ({ socket }) => (socket.readyState = 2), 'b'],
  ])('should leave %s to engine.io', async (_what, change, data) => {
    change(ann.transport);
    ann.send('a');
    ann.send(data);
    await endOfTurn();

    expect(written).toEqual(['cork', 'ann:raw a', 'ann:raw b', 'uncork']);
  });

  it('should keep what a slow client is sent until it can take it', async () => {
    ann.transport.writable = false;
    ann.send('a');
    await endOfTurn();
    ann.send('b');
    await endOfTurn();
    expect(frames()).toEqual([]);

    ann.ready();
    await endOfTurn();

    expect(frames()).toEqual(['ann:a+b']);
  });

  it('should not keep the last words of a connection that closes, which nobody waits for', async () => {
    ann.transport.writable = false;
    ann.send('a');
    await endOfTurn();
    ann.readyState = 'closing';

    ann.ready();

    expect(frames()).toEqual(['ann:a']);
  });

  describe('a client that reads nothing', () => {
    const MIB = 'x'.repeat(1024 * 1024);
    const keeps = async (connection: Connection, mib: number) => {
      connection.transport.writable = false;
      for (let n = 0; n < mib; n += 1) {
        connection.send(MIB);
        await endOfTurn();
      }
    };

    it('should be closed when more than 8 MiB wait for it, and nobody else', async () => {
      await keeps(ann, 7);
      bob.send('a');
      await endOfTurn();
      expect(written).toEqual(['bob:a']);

      await keeps(ann, 1);
      bob.send('b');
      await endOfTurn();

      expect(written).toEqual(['bob:a', 'ann closed', 'bob:b']);
    });

    it('should be so by many small events too, which take more than their text', async () => {
      ann.transport.writable = false;
      for (let n = 0; n < 40_000; n += 1) ann.send('a');
      await endOfTurn();

      expect(written).toEqual(['ann closed']);
    });

    it('should be as good as any when it has read', async () => {
      await keeps(ann, 7);
      ann.ready();
      await endOfTurn();
      await keeps(ann, 7);

      expect(written).not.toContain('ann closed');
    });
  });

  it('should send events before any answer that follows them', async () => {
    bob.send('event');
    batcher.answer((body: string) => ann.send(body), 'ack');
    expect(frames()).toEqual(['bob:event']);

    batcher.answer((body: string) => ann.send(body), 'another ack');
    expect(frames()).toEqual(['bob:event']);
    await endOfTurn();

    expect(frames()).toEqual(['bob:event', 'ann:ack+another ack']);
  });

  it('should send events before an answer that goes another way, and nothing where there are none', async () => {
    batcher.answer((body: string) => ann.send(body), 'ack');
    batcher.flushEvents();
    expect(frames()).toEqual([]);
    bob.send('event');
    batcher.flushEvents();

    expect(frames()).toEqual(['ann:ack', 'bob:event']);
    await endOfTurn();
    expect(frames()).toHaveLength(2);
  });

  it('should take a connection that has nothing to send for no event', async () => {
    batcher.answer((body: string) => ann.send(body), 'ack');
    bob.ready();
    batcher.flushEvents();
    expect(frames()).toEqual([]);
    await endOfTurn();

    expect(frames()).toEqual(['ann:ack']);
  });

  it('should keep nobody waiting for an answer that fails', async () => {
    const failing = () =>
      batcher.answer(() => {
        throw new Error('no');
      }, null);

    expect(failing).toThrow('no');
    bob.send('event');
    batcher.flushEvents();

    expect(frames()).toEqual(['bob:event']);
  });

  it('should write to all others where one connection fails', async () => {
    const broken = new Connection('broken');
    Object.setPrototypeOf(broken, {
      send: (packet: string) => Connection.prototype.send.call(broken, packet),
      flush: () => {
        throw new Error('gone');
      },
    });
    const lone = new EventEmitter();
    batcher.watch(lone);
    lone.emit('connection', broken);

    broken.send('a');
    bob.send('a');
    expect(() => batcher.flushEvents()).toThrow('gone');
    bob.send('b');
    await endOfTurn();

    expect(frames()).toEqual(['bob:a+b']);
  });

  it('should hold the answer to an upgrade until the first frame goes, and no other answer', async () => {
    const socket = ann.transport.socket._socket;
    engine.emit('headers', {}, { headers: {}, socket });
    expect(written).toEqual([]);

    engine.emit('headers', {}, { headers: { upgrade: 'websocket' }, socket });
    ann.send('open');
    await endOfTurn();
    await endOfTurn();

    expect(written).toEqual(['cork', 'ann:open', 'uncork']);
  });
});
