import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';

import { FrameBatcher } from './frame-batcher.js';

/** A transport that writes down what reaches its socket. */
class Transport {
  readyState = 'open';
  readonly log: string[] = [];
  readonly socket = {
    _socket: { cork: () => this.log.push('cork'), uncork: () => this.log.push('uncork') },
  };

  constructor(readonly name: string) {}

  send(packets: { type: string }[]): void {
    this.log.push(...packets.map(({ type }) => type));
  }

  doClose(fn?: () => void): void {
    this.log.push('close');
    fn?.();
  }
}

const packets = (...types: string[]) => types.map((type) => ({ type }));
const nextTurn = () => new Promise(setImmediate);

function connect(transport: Transport): EventEmitter {
  const engine = new EventEmitter();
  new FrameBatcher().watch(engine);
  const socket = Object.assign(new EventEmitter(), { transport });
  engine.emit('connection', socket);
  return socket;
}

describe('FrameBatcher', () => {
  it('should write the frames of one turn at once, in their order', async () => {
    const transport = new Transport('websocket');
    connect(transport);

    transport.send(packets('a'));
    transport.send(packets('b', 'c'));
    expect(transport.log).toEqual([]);
    await nextTurn();
    transport.send(packets('d'));
    await nextTurn();

    expect(transport.log).toEqual(['cork', 'a', 'b', 'c', 'uncork', 'cork', 'd', 'uncork']);
  });

  it('should send what waits before it closes', async () => {
    const transport = new Transport('websocket');
    connect(transport);
    let isClosed = false;

    transport.send(packets('bye'));
    transport.doClose(() => (isClosed = true));
    await nextTurn();

    expect(transport.log).toEqual(['cork', 'bye', 'uncork', 'close']);
    expect(isClosed).toBe(true);
  });

  it('should drop what waits for a socket that is gone, and leave others alone', async () => {
    const [gone, other] = [new Transport('websocket'), new Transport('websocket')];
    connect(gone);
    connect(other);

    gone.send(packets('a'));
    gone.readyState = 'closed';
    other.send(packets('b'));
    await nextTurn();

    expect(gone.log).toEqual([]);
    expect(other.log).toEqual(['cork', 'b', 'uncork']);
  });

  it('should leave polling alone, and take the socket that comes after it', async () => {
    const [polling, websocket] = [new Transport('polling'), new Transport('websocket')];
    const socket = connect(polling);

    polling.send(packets('a'));
    socket.emit('upgrade', websocket);
    websocket.send(packets('b'));
    await nextTurn();

    expect(polling.log).toEqual(['a']);
    expect(websocket.log).toEqual(['cork', 'b', 'uncork']);
  });
});
