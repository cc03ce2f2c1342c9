import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { ServerOptions } from 'socket.io';

import type { RedisLink } from '../cluster/redis-link.js';
import type { PrimaryChannel } from '../cluster/workers/primary-channel.js';
import type { AppConfig } from '../config/app-config.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { EventDispatcher, type EventHandler } from './event-dispatcher.js';
import type { FrameBatcher } from './frame-batcher.js';
import { HotEvents } from './hot-events.js';
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

/** Socket.IO on the app's own port, with our limits, and one dispatcher per socket. */
export class SocketIoAdapter extends IoAdapter {
  private readonly dispatchers = new WeakMap<ParleySocket, EventDispatcher>();
  private readonly deadline = new ReplyDeadline();
  private readonly context: INestApplicationContext;
  private hot: HotEvents | null = null;
  private routing: WorkerRouting | null = null;

  constructor(
    app: INestApplicationContext,
    private readonly config: AppConfig,
    private readonly others: Others,
    private readonly frames: FrameBatcher,
  ) {
    super(app);
    this.context = app;
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
    if (this.others.primary) this.routing = new WorkerRouting(server.engine, this.others.primary);
    return server;
  }

  /** Nest calls it once per gateway and socket, with the handlers bound to the socket. */
  override bindMessageHandlers(
    socket: ParleySocket,
    handlers: { message: string; callback: (...args: unknown[]) => unknown }[],
  ): void {
    const dispatcher = this.dispatchers.get(socket) ?? this.dispatch(socket);
    const hot = (this.hot ??= this.context.get<HotEvents>(HotEvents));
    for (const { message, callback } of handlers) {
      dispatcher.add(message, hot.handlerOf(message, socket) ?? (callback as EventHandler));
    }
  }

  private dispatch(socket: ParleySocket): EventDispatcher {
    const dispatcher = new EventDispatcher(socket, this.deadline, this.frames);
    this.dispatchers.set(socket, dispatcher);
    return dispatcher;
  }

  override async dispose(): Promise<void> {
    this.deadline.stop();
    this.routing?.stop();
    await super.dispose();
  }
}

function adapterTo({ redis, primary }: Others): ServerOptions['adapter'] | null {
  if (redis) return streamAdapter(redis);
  return primary && workerAdapter(primary);
}
