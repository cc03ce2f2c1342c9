import { io } from 'socket.io-client';

/** Runs `work` over all items, at most `limit` at a time; results keep the items' order. */
export async function mapLimited(items, limit, work) {
  const results = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: limit }, lane));
  return results;
}

/** A websocket-only client of its own connection, as one device would be. */
export function connect(url, auth) {
  return new Promise((resolve, reject) => {
    const socket = io(url, {
      auth,
      transports: ['websocket'],
      perMessageDeflate: false,
      forceNew: true,
      reconnection: false,
    });
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', (error) => {
      socket.disconnect();
      reject(new Error(`A client could not connect: ${error.data?.code ?? error.message}`));
    });
  });
}
