import type { DefaultEventsMap, Server, Socket } from 'socket.io';

import type { AuthUser } from '../common/auth-user.js';
import type { ServerToClientEvents } from './socket-events.js';

/** What a socket carries from its handshake on. */
export interface SocketData {
  user: AuthUser;
}

export type ParleySocket = Socket<DefaultEventsMap, ServerToClientEvents, DefaultEventsMap, SocketData>;
export type ParleyServer = Server<DefaultEventsMap, ServerToClientEvents, DefaultEventsMap, SocketData>;
