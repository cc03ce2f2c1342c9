import { type IncomingMessage, ServerResponse } from 'node:http';

import type { ParleySocket } from '../realtime/parley-socket.js';

/** What of engine.io runs the middlewares, beside what its types tell. */
interface Engine {
  _applyMiddlewares(request: IncomingMessage, response: object, next: (error?: unknown) => void): void;
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

/**
 * Upgrades pass no middleware, which would cost each a chain of promises: there is but CORS, which browsers don't ask of
 * WebSockets. In place of a response, engine.io gives them an object that holds the request until they close.
 */
export function upgradeAtOnce(server: object): void {
  const engine = server as Engine;
  const apply = engine._applyMiddlewares.bind(engine);
  engine._applyMiddlewares = (request, response, next) => {
    if (response instanceof ServerResponse) return apply(request, response, next);
    next();
    Object.assign(response, { req: null });
  };
}
