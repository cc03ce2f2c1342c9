import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** A web server of a few files of the repository, as the one that hands an app to browsers. */
export class StaticFiles {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async serve(files: readonly string[]): Promise<StaticFiles> {
    const server = createServer(({ url = '/' }, response) => {
      const file = url.slice(1);
      if (!files.includes(file)) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] }).end(readFileSync(file));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StaticFiles(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
