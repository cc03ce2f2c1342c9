import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';

import { Backlog } from './backlog.js';
import { JoinedFrames, type Packet } from './joined-frames.js';

interface Engine {
  on(event: 'connection', listener: (connection: Connection) => void): unknown;
  on(event: 'headers', listener: (headers: object, request: IncomingMessage) => void): unknown;
}

/** What is used of engine.io's socket, beside what its types tell. */
interface Connection {
  readonly readyState: string;
  readonly transport: {
    readonly writable: boolean;
    readonly perMessageDeflate?: unknown;
    /** Of WebSockets. */
    readonly socket?: { readonly readyState: number; readonly _socket?: Pick<TcpSocket, 'cork' | 'uncork'> };
  };
  writeBuffer: readonly Packet[];
  /** Ours: it is among those who wait. */
  isHeld?: boolean;
  /** Ours: what its transport has no room for at the moment. */
  backlog?: Backlog | null;
  flush(): void;
  onClose(reason: string): void;
}

/** The state of a WebSocket that is neither opening nor closing. */
const OPEN = 1;

/**
 * What a socket is sent in one turn goes out by one write: a commit of many messages tells and answers its people
 * at once, and each write is a system call, which costs more than the frame. A turn ends when nothing is left to do
 * before the event loop would wait; an answer (an ack, a response of REST) ends it for all events before it, so
 * that whoever has an answer in hand can rely on it: what it brought about is on its way to everybody. Per socket
 * order is kept. Until then a connection counts as free, so a volatile event behind another one is not dropped: only a
 * client that is slow to read misses it. One that does not read at all is closed when too much waits for it: engine.io
 * would keep any amount, for as long as the client answers the pings that it has not read.
 */
export class FrameBatcher {
  private readonly frames = new JoinedFrames();
  private waiting: Connection[] = [];
  private hasEvents = false;
  private isAnswering = false;
  private isScheduled = false;

  /** All connections to come. */
  watch(engine: Engine): void {
    const hold = (connection: Connection) => this.hold(connection);
    // One function for all: `this` is the connection.
    function held(this: Connection): void {
      hold(this);
    }
    engine.on('connection', (connection) => {
      connection.isHeld = false;
      connection.backlog = null;
      connection.flush = held;
    });
    engine.on('headers', (_headers, request) => {
      if (request.headers.upgrade !== undefined) withFirstFrame(request.socket);
    });
  }

  /** Gives an answer by `give`, behind all events before it. */
  answer<T>(give: (body: T) => void, body: T): void {
    this.flushEvents();
    this.isAnswering = true;
    try {
      give(body);
    } finally {
      this.isAnswering = false;
    }
  }

  /** Before an answer that goes by another way. */
  flushEvents(): void {
    if (this.hasEvents) this.flushAll();
  }

  private hold(connection: Connection): void {
    // Whenever a transport is done with something, engine.io flushes, mostly nothing.
    if (connection.writeBuffer.length === 0) return;
    // Its last words. One that moves up from polling just then is closed as soon as they should have gone.
    if (connection.readyState === 'closing') return this.write(connection);
    if (!this.isAnswering) this.hasEvents = true;
    if (connection.isHeld) return;
    connection.isHeld = true;
    this.waiting.push(connection);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    process.nextTick(() => {
      this.isScheduled = false;
      this.flushAll();
    });
  }

  private flushAll(): void {
    this.hasEvents = false;
    const connections = this.waiting;
    this.waiting = [];
    let written = 0;
    try {
      for (const connection of connections) {
        written += 1;
        connection.isHeld = false;
        this.write(connection);
      }
    } finally {
      // One that fails keeps nobody else waiting.
      if (written < connections.length) this.waiting.unshift(...connections.slice(written));
      if (this.waiting.length > 0) this.schedule();
    }
  }

  private write(connection: Connection): void {
    const { writable, perMessageDeflate, socket } = connection.transport;
    if (!writable) return keep(connection);
    connection.backlog = null;
    if (!perMessageDeflate && socket?.readyState === OPEN) {
      const joined = this.frames.join(connection.writeBuffer);
      if (joined) connection.writeBuffer = [joined];
    }
    const tcp = connection.writeBuffer.length > 1 ? socket?._socket : undefined;
    tcp?.cork();
    try {
      (Object.getPrototypeOf(connection) as Connection).flush.call(connection);
    } finally {
      tcp?.uncork();
    }
  }
}

/** Its transport says when it has room again. */
function keep(connection: Connection): void {
  connection.backlog ??= new Backlog();
  if (connection.backlog.isTooMuch(connection.writeBuffer)) connection.onClose('transport error');
}

/** The answer to an upgrade and the first frame, which follows in the same turn, are one write too. */
function withFirstFrame(tcp: Pick<TcpSocket, 'cork' | 'uncork'>): void {
  tcp.cork();
  setImmediate(() => tcp.uncork());
}
