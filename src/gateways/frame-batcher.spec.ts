import { EventEmitter } from 'node:events';

import { beforeEach, describe, expect, it } from 'vitest';

import { FrameBatcher } from './frame-batcher.js';

let written: string[];

/** A connection that gathers packets as engine.io does, and writes down what reaches its socket. */
class Connection {
  private packets: string[] = [];
  readonly transport = {
    socket: {
      _socket: { cork: () => written.push('cork'), uncork: () => written.push('uncork') },
    },
  };

  constructor(private readonly name: string) {}

  send(packet: string): void {
    this.packets.push(`${this.name}:${packet}`);
    this.flush();
  }

  flush(): void {
    written.push(...this.packets.splice(0));
  }
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

  it('should write what a socket is sent in one turn at once, in its order', async () => {
    ann.send('1');
    bob.send('1');
    ann.send('2');
    await Promise.resolve();
    ann.send('3');
    expect(written).toEqual([]);
    await endOfTurn();
    ann.send('4');
    await endOfTurn();

    expect(written.join(' ')).toBe('cork ann:1 ann:2 ann:3 uncork cork bob:1 uncork cork ann:4 uncork');
  });

  it('should send events before any answer that follows them', async () => {
    bob.send('event');
    batcher.answer((body: string) => ann.send(body), 'ack');
    expect(frames()).toEqual(['bob:event']);

    batcher.answer((body: string) => ann.send(body), 'another ack');
    expect(frames()).toEqual(['bob:event']);
    await endOfTurn();

    expect(frames()).toEqual(['bob:event', 'ann:ack', 'ann:another ack']);
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

    broken.send('1');
    bob.send('1');
    expect(() => batcher.flushEvents()).toThrow('gone');
    await endOfTurn();

    expect(frames()).toEqual(['bob:1']);
  });

  it('should hold the answer to an upgrade until the first frame goes, and no other answer', async () => {
    const socket = ann.transport.socket._socket;
    engine.emit('headers', {}, { headers: {}, socket });
    expect(written).toEqual([]);

    engine.emit('headers', {}, { headers: { upgrade: 'websocket' }, socket });
    ann.send('open');
    await endOfTurn();
    await endOfTurn();

    expect(written).toEqual(['cork', 'cork', 'ann:open', 'uncork', 'uncork']);
  });
});
