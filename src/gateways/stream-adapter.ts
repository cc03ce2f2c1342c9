import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { ServerOptions } from 'socket.io';

import type { RedisLink } from '../cluster/redis-link.js';
import { type ReadArgs, StreamReading } from './stream-reading.js';

type AdapterOption = NonNullable<ServerOptions['adapter']>;

/** What the stream keeps: seconds of a busy server, and all that a node may miss before its clients have to sync. */
const MAX_ENTRIES = 10_000;

/** How the adapter hands a message to the other nodes; the library shows it to its own subclasses alone. */
interface Publishing {
  doPublish(message: object): Promise<string>;
}

/**
 * Whatever is sent to rooms, and whoever is taken out of rooms or closed, on all nodes: by one bounded stream in
 * Redis. A node that was cut off reads on where it was; one that was for too long has its devices sync. The node's own
 * sockets wait for nothing: what goes to the others goes beside, in the order of sending, and is dropped while there is
 * no Redis.
 */
export function streamAdapter(redis: RedisLink): AdapterOption {
  const make = createAdapter(forAdapter(redis), { streamName: 'parley:emits', maxLen: MAX_ENTRIES });
  // Called with `new`, which an arrow function refuses.
  function LocalFirst(...args: Parameters<typeof make>): Publishing {
    const adapter = make(...args) as unknown as Publishing;
    const publish = adapter.doPublish.bind(adapter);
    // As it is, sockets of this very node would hear nothing before Redis has answered.
    adapter.doPublish = (message) => {
      if (redis.isUp) publish(message).catch(() => undefined); // `RedisLink` tells of a Redis that is away
      return Promise.resolve('');
    };
    return adapter;
  }
  return LocalFirst as unknown as AdapterOption;
}

/** What the adapter uses of a connection: it writes by ours, and reads by others that wait where ours fails at once. */
function forAdapter(redis: RedisLink): object {
  return {
    options: {},
    duplicate: () => forReading(redis),
    xadd: ([key, ...args]: [string, ...string[]]) => redis.client.call('XADD', key, ...args.map(String)),
    publish: (channel: string, payload: Buffer) => redis.client.publish(channel, payload),
  };
}

/** The adapter reads on at once whatever becomes of a reading, which would never end on a connection that has ended. */
function forReading(redis: RedisLink): object {
  const connection = redis.another();
  const reading = new StreamReading(connection, () => redis.missed());
  const readUntilClosed = async (...args: ReadArgs) => {
    try {
      return await reading.next(...args);
    } catch (error) {
      if (redis.isClosed) return new Promise(() => undefined);
      throw error;
    }
  };
  return Object.assign(connection, { xread: readUntilClosed });
}
