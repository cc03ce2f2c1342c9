import type { Socket as TcpSocket } from 'node:net';

interface Packet {
  type: string;
}

interface Engine {
  on(event: 'connection', listener: (socket: Connection) => void): unknown;
}

interface Connection {
  readonly transport: object;
  on(event: 'upgrade', listener: (transport: object) => void): unknown;
}

/** What is used of engine.io's websocket transport, beside what its types tell. */
interface FrameTransport {
  readonly name: string;
  readonly readyState: string;
  send(packets: Packet[]): void;
  doClose(fn?: () => void): void;
  /** The websocket, with the TCP socket below it. */
  readonly socket?: { readonly _socket?: Pick<TcpSocket, 'cork' | 'uncork'> };
}

/**
 * All frames that a socket is sent in one turn of the event loop go out by one write. A commit of many messages
 * answers and tells its people in one turn, and each write is a system call, which costs more than the frame.
 * Order is kept; what is closed sends what waits first.
 */
export class FrameBatcher {
  private readonly waiting = new Map<FrameTransport, () => void>();

  /** All sockets to come, those too that begin with polling. */
  watch(engine: Engine): void {
    engine.on('connection', (socket: Connection) => {
      this.attach(socket.transport);
      socket.on('upgrade', (transport) => this.attach(transport));
    });
  }

  /** Other transports than websockets gather packets by themselves. */
  private attach(transport: object): void {
    if (isFrameTransport(transport)) this.wrap(transport);
  }

  private wrap(transport: FrameTransport): void {
    const send = transport.send.bind(transport);
    const doClose = transport.doClose.bind(transport);
    let packets: Packet[] = [];
    const flush = () => {
      this.waiting.delete(transport);
      const batch = packets;
      packets = [];
      if (transport.readyState === 'closed') return;
      const tcp = transport.socket?._socket;
      tcp?.cork();
      send(batch);
      tcp?.uncork();
    };
    transport.send = (more) => {
      if (packets.length === 0) this.schedule(transport, flush);
      packets.push(...more);
    };
    transport.doClose = (fn) => {
      if (packets.length > 0) flush();
      doClose(fn);
    };
  }

  private schedule(transport: FrameTransport, flush: () => void): void {
    if (this.waiting.size === 0) setImmediate(() => this.flushAll());
    this.waiting.set(transport, flush);
  }

  private flushAll(): void {
    try {
      for (const flush of Array.from(this.waiting.values())) flush();
    } finally {
      // One that fails keeps nobody else waiting.
      if (this.waiting.size > 0) setImmediate(() => this.flushAll());
    }
  }
}

function isFrameTransport(transport: object): transport is FrameTransport {
  return (
    'name' in transport && transport.name === 'websocket' && 'doClose' in transport && 'send' in transport
  );
}
