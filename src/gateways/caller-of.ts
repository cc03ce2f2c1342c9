import type { Caller } from '../calls/calls.service.js';
import type { ParleySocket } from '../realtime/parley-socket.js';

/** A socket as the calls know it. */
export function callerOf(socket: ParleySocket): Caller {
  return { user: socket.data.user, socketId: socket.id, isConnected: () => socket.connected };
}
