import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';

interface Engine {
  on(event: 'connection', listener: (connection: Connection) => void): unknown;
  on(event: 'headers', listener: (headers: object, request: IncomingMessage) => void): unknown;
}

/** What is used of engine.io's socket, beside what its types tell. */
interface Connection {
  readonly transport: { readonly socket?: { readonly _socket?: Pick<TcpSocket, 'cork' | 'uncork'> } };
  flush(): void;
}

/**
 * What a socket is sent in one turn goes out by one write: a commit of many messages tells and answers its people
 * at once, and each write is a system call, which costs more than the frame. A turn ends when nothing is left to do
 * before the event loop would wait; an answer (an ack, a response of REST) ends it for all events before it, so
 * that whoever has an answer in hand can rely on it: what it brought about is on its way to everybody. Per socket
 * order is kept. Until then a connection counts as free, so a volatile event behind another one is not dropped: only a
 * client that is slow to read misses it.
 */
export class FrameBatcher {
  private readonly waiting = new Set<Connection>();
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
    this.waiting.add(connection);
    if (!this.isAnswering) this.hasEvents = true;
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
    try {
      for (const connection of this.waiting) {
        this.waiting.delete(connection);
        write(connection);
      }
    } finally {
      // One that fails keeps nobody else waiting.
      if (this.waiting.size > 0) this.schedule();
    }
  }
}

/** The answer to an upgrade and the first frame, which follows in the same turn, are one write too. */
function withFirstFrame(tcp: Pick<TcpSocket, 'cork' | 'uncork'>): void {
  tcp.cork();
  setImmediate(() => tcp.uncork());
}

function write(connection: Connection): void {
  const tcp = connection.transport.socket?._socket;
  tcp?.cork();
  try {
    (Object.getPrototypeOf(connection) as Connection).flush.call(connection);
  } finally {
    tcp?.uncork();
  }
}
