import { type IncomingMessage, ServerResponse } from 'node:http';

import type { ParleySocket } from '../realtime/parley-socket.js';

interface Engine {
  use(middleware: (request: IncomingMessage, response: object, next: () => void) => void): unknown;
}

const RELEASED = { headers: {}, query: {}, auth: {} };

/**
 * What a connection came with (headers, address, token) is read while it shakes hands and never after. Socket.IO
 * would keep it as long as the connection, at several KiB each.
 */
export function releaseRequest(socket: ParleySocket): void {
  Object.assign(socket.conn, { request: null });
  Object.assign(socket, { handshake: RELEASED });
}

/** In place of a response, engine.io gives WebSockets an object that holds the request until they close. */
export function releaseResponses(engine: Engine): void {
  engine.use((_request, response, next) => {
    next();
    if (!(response instanceof ServerResponse)) Object.assign(response, { req: null });
  });
}
