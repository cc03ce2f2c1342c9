import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The port that all workers are to listen on: tried before any of them is made, so that the primary says why it can't be
 * had. 0 is any free one; each worker by itself would find another.
 */
export async function findPort(port: number, host: string): Promise<number> {
  const server = createServer().listen({ port, host, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : port;
}
