import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';

/**
 * Express over a server whose requests and responses have express's prototypes from the start. Express gives them to
 * each that comes, and an object whose prototype was changed shares its shape with no other: every field that is set on
 * it or read from it is then looked up the slow way, which cost more than all else that stands before a handler. What has
 * the prototype already is left alone.
 */
export class HttpAdapter extends ExpressAdapter {
  private readonly sockets = new Set<Socket>();

  override initHttpServer(): void {
    const app = this.getInstance<Express>();
    const Request = under(IncomingMessage, app.request);
    const Response = under(ServerResponse, app.response);
    app.request = Request.prototype as typeof app.request;
    app.response = Response.prototype as typeof app.response;
    const server = createServer({ IncomingMessage: Request, ServerResponse: Response }, app);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.setHttpServer(server);
  }

  /** `forceCloseConnections`: waits for nobody, as what was accepted has been answered by now. */
  override async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await super.close();
  }
}

/** A class whose objects are those of `base`, with what `prototype` has besides. */
function under<Base extends new (...args: never[]) => object>(base: Base, prototype: object): Base {
  class Born extends (base as new (...args: never[]) => object) {}
  Object.setPrototypeOf(Born.prototype, prototype);
  return Born as Base;
}
