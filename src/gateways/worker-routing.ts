import { rmSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

import type { PrimaryChannel, RawConnection } from '../cluster/workers/primary-channel.js';

/** What of the engine below Socket.IO is used. */
export interface Engine {
  generateId(request: IncomingMessage): string | PromiseLike<string>;
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: unknown, head: Buffer): void;
}

/** Which worker has a session stands in front of its id. */
const OWNER = /[?&]sid=(\d{1,9})\./;
/** Of one connection, and so for the two at its ends to say. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * Connections go to any worker, but a session of Socket.IO is in one: its polls and its upgrade to a WebSocket come on
 * connections of their own. The worker that gets such a one reads whose it is off the session's id. Polls it passes on
 * by the owner's private socket; a connection that is to be a WebSocket it gives away whole, so that afterwards nothing
 * of it comes by here. All else (REST, new sessions, WebSockets from the first) is served where it arrives.
 */
export class WorkerRouting {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server = createServer();
  private readonly folder: Promise<string>;

  constructor(
    engine: Engine,
    private readonly primary: PrimaryChannel,
  ) {
    const own = {
      handleRequest: engine.handleRequest.bind(engine),
      handleUpgrade: engine.handleUpgrade.bind(engine),
      generateId: engine.generateId.bind(engine),
    };
    const { workerId } = primary;
    engine.generateId = async (req) => `${workerId}.${await own.generateId(req)}`;
    engine.handleRequest = (req, res) => {
      const owner = ownerOf(req);
      if (owner === null || owner === workerId) return own.handleRequest(req, res);
      // Where the owner is gone, the answer is ours to give: that there is no such session.
      void this.forward(req, res, owner).catch(() => own.handleRequest(req, res));
    };
    engine.handleUpgrade = (req, socket, head) => {
      const owner = ownerOf(req);
      if (owner === null || owner === workerId) return own.handleUpgrade(req, socket, head);
      this.giveAway(req, socket as Socket, { head, owner });
    };
    this.server.on('request', own.handleRequest).on('upgrade', own.handleUpgrade);
    this.folder = this.listen();
    this.folder.catch(() => undefined); // the server stops before it has begun; who waits for it is told
    primary.whenUpgrading((connection, text) => this.takeOver(connection, text));
  }

  stop(): void {
    this.agent.destroy();
    this.server.close();
    this.server.closeAllConnections();
  }

  private async listen(): Promise<string> {
    const folder = await this.primary.ask('folder');
    // Whoever passes polls on keeps connections open for the next ones, for as long as both live.
    this.server.keepAliveTimeout = 0;
    process.once('exit', () => {
      // Ended by the end of the primary, which then could not tidy up.
      if (!process.connected) rmSync(folder, { recursive: true, force: true });
    });
    this.server.listen({ path: addressIn(folder, this.primary.workerId), exclusive: true });
    return folder;
  }

  /** Rejects as long as nothing was answered. */
  private async forward(req: IncomingMessage, res: ServerResponse, owner: number): Promise<void> {
    const socketPath = addressIn(await this.folder, owner);
    const { method, url: path } = req;
    const headers = withoutHops(req.headers);
    const passedOn = request({ socketPath, agent: this.agent, method, path, headers });
    res.once('close', () => passedOn.destroy());
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      passedOn.once('response', resolve).on('error', reject);
    });
    pipeline(req, passedOn, () => undefined);
    const { statusCode = 502, headers: answered } = await answer;
    res.writeHead(statusCode, withoutHops(answered));
    pipeline(await answer, res, () => undefined);
  }

  /** The client sends nothing before it is answered, so nothing can be lost on the way. */
  private giveAway(
    req: IncomingMessage,
    socket: Socket,
    { head, owner }: { head: Buffer; owner: number },
  ): void {
    const connection = connectionOf(socket);
    if (!connection) return;
    connection.readStop();
    const lines = [`${req.method} ${req.url} HTTP/1.1`];
    for (let n = 0; n < req.rawHeaders.length; n += 2)
      lines.push(`${req.rawHeaders[n]}: ${req.rawHeaders[n + 1]}`);
    const text = `${lines.join('\r\n')}\r\n\r\n${head.toString('latin1')}`;
    // Closes our end of it; the other worker's stays open.
    this.primary.handOver(connection, { to: owner, request: text }, () => socket.destroy());
  }

  private takeOver(connection: RawConnection, text: string): void {
    const socket = new Socket({ handle: connection, allowHalfOpen: true } as object);
    this.server.emit('connection', socket);
    socket.unshift(Buffer.from(text, 'latin1'));
  }
}

function ownerOf({ url = '' }: IncomingMessage): number | null {
  const [, owner] = OWNER.exec(url) ?? [];
  return owner === undefined ? null : Number(owner);
}

function addressIn(folder: string, workerId: number): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\${folder.replaceAll(/[\\/:]/g, '-')}-${workerId}`
    : join(folder, `${workerId}.sock`);
}

function withoutHops(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** Node's own object below the socket; gone where the client is. */
function connectionOf(socket: Socket): RawConnection | null {
  return (socket as unknown as { _handle: RawConnection | null })._handle;
}
