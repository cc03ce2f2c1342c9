import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { ServerOptions } from 'socket.io';

import type { RedisLink } from '../cluster/redis-link.js';
import type { PrimaryChannel } from '../cluster/workers/primary-channel.js';
import type { AppConfig } from '../config/app-config.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { NOBODY } from './event-arguments.js';
import { EventDispatcher, type EventHandler } from './event-dispatcher.js';
import type { FrameBatcher } from './frame-batcher.js';
import { HotEvents } from './hot-events.js';
import { releaseRequest, upgradeAtOnce } from './idle-memory.js';
import { ReplyDeadline } from './reply-deadline.js';
import { streamAdapter } from './stream-adapter.js';
import { textPackets } from './text-packets.js';
import { workerAdapter } from './worker-adapter.js';
import { WorkerRouting } from './worker-routing.js';

/** A larger packet closes the socket: the transport's own limit. */
export const MAX_PACKET_BYTES = 64 * 1024;

/**
 * A client that has gone without a word (a phone without network, half a TCP connection) is found out by its silence:
 * it is offline `PING_INTERVAL_MS` + `PING_TIMEOUT_MS` + the grace after its last sign at the latest. More pings would
 * tell earlier, but each wakes a phone's radio; a shorter timeout would drop those in a tunnel or a lift.
 */
export const PING_INTERVAL_MS = 25_000;
export const PING_TIMEOUT_MS = 20_000;

/** What reaches the other nodes, where there are any. */
export interface Others {
  redis: RedisLink | null;
  /** This process is one of several behind one port. */
  primary: PrimaryChannel | null;
}

/** A method of a gateway in Nest's pipeline, bound to `NOBODY`. */
interface NestHandler {
  message: string;
  callback: (...args: unknown[]) => unknown;
}

/** Socket.IO on the app's own port, with our limits, and one dispatcher for all events. */
export class SocketIoAdapter extends IoAdapter {
  private readonly deadline = new ReplyDeadline();
  private readonly dispatcher: EventDispatcher;
  private readonly context: INestApplicationContext;
  private routing: WorkerRouting | null = null;

  constructor(
    app: INestApplicationContext,
    private readonly config: AppConfig,
    private readonly others: Others,
    private readonly frames: FrameBatcher,
  ) {
    super(app);
    this.context = app;
    this.dispatcher = new EventDispatcher(this.deadline, frames);
  }

  override createIOServer(port: number, options?: ServerOptions) {
    const adapter = adapterTo(this.others);
    const server = super.createIOServer(port, {
      ...options,
      maxHttpBufferSize: MAX_PACKET_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      // Compressing messages of a hundred bytes costs many times what sending them does.
      perMessageDeflate: false,
      httpCompression: false,
      ...(adapter && { adapter }),
      parser: textPackets,
      cors: { origin: this.config.corsOrigin, credentials: true },
    } as ServerOptions);
    this.frames.watch(server.engine);
    upgradeAtOnce(server.engine);
    server.on('connection', (socket: ParleySocket) => {
      releaseRequest(socket);
      this.dispatcher.listenTo(socket);
    });
    if (this.others.primary) this.routing = new WorkerRouting(server.engine, this.others.primary);
    return server;
  }

  /** Nest would bind a gateway's handlers to each client that connects: they are bound once, at the start. */
  override bindClientConnect(_server: unknown, bind: (client: object) => void): void {
    bind(NOBODY);
  }

  /** No gateway has hooks that Nest calls: `ConnectionGateway` listens by itself. */
  override bindClientDisconnect(): void {}

  override bindMessageHandlers(_nobody: object, handlers: NestHandler[]): void {
    const hot = this.context.get<HotEvents>(HotEvents);
    for (const { message, callback } of handlers) {
      this.dispatcher.add(message, hot.handlerOf(message) ?? behindNest(callback));
    }
  }

  override async dispose(): Promise<void> {
    this.deadline.stop();
    this.routing?.stop();
    await super.dispose();
  }
}

/** Nest's pipeline is asynchronous whatever the method is; the socket stands behind what Nest expects. */
function behindNest(callback: NestHandler['callback']): EventHandler {
  return (socket, payload, reply) => callback(payload, reply, socket) as Promise<unknown>;
}

function adapterTo({ redis, primary }: Others): ServerOptions['adapter'] | null {
  if (redis) return streamAdapter(redis);
  return primary && workerAdapter(primary);
}
