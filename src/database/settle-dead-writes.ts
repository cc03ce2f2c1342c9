import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** What is used of the driver's class behind every pooled and every monitoring connection. */
interface DriverConnection {
  readonly socket: Socket;
  readonly closed: boolean;
  /** Called when the connection is over, however that came about. */
  cleanup: (this: DriverConnection, error: Error) => void;
}

const PATCHED = Symbol('settles dead writes');

/**
 * Mends the driver (7.8): a command that is written to a socket which is just closing waits for a `drain`
 * that never comes. A pooled connection is lost with its caller; when it is the monitor's, the whole client
 * never finds its server again. And a write that the peer refuses rejects with the bare system error, which
 * leaves the pool uncleared. Here the end of a connection also ends the writes that wait on it, with the
 * error that the driver itself gives for the connection. Costs nothing while connections live.
 */
export function settleDeadWrites(): void {
  const prototype = driverConnectionPrototype();
  if (PATCHED in prototype) return;
  const cleanup = prototype.cleanup;
  prototype.cleanup = function (error) {
    if (this.closed) return;
    cleanup.call(this, error);
    if (this.socket.listenerCount('drain') > 0) this.socket.emit('error', error);
  };
  Object.defineProperty(prototype, PATCHED, { value: true });
}

/** Of the very driver that Mongoose uses, wherever npm has put it. */
function driverConnectionPrototype(): DriverConnection {
  const ofMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
  const { Connection } = ofMongoose('mongodb/lib/cmap/connection.js') as {
    Connection?: { prototype: DriverConnection };
  };
  if (typeof Connection?.prototype.cleanup !== 'function') {
    throw new Error('The MongoDB driver has changed inside: see whether settleDeadWrites is still needed');
  }
  return Connection.prototype;
}
