import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A way to the server that a test can cut: a forwarder of TCP connections. To several servers it is the dumbest of
 * balancers: each connection goes to the next one, dead or alive.
 */
export class NetworkCable {
  private readonly ends = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(...urls: string[]): Promise<NetworkCable> {
    const servers = urls.map((url) => new URL(url));
    let turn = 0;
    const reach = () => {
      const { hostname, port } = servers[turn++ % servers.length]!;
      return connect(Number(port), hostname);
    };
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cable = new NetworkCable(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => cable.join(near, reach));
    return cable;
  }

  /** Ends all connections, and each new one at once. */
  cut(): void {
    this.isCut = true;
    for (const end of this.ends) end.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket, reach: () => Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = reach();
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }
}
