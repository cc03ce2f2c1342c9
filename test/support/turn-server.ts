import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pathOf } from './requires.js';

const HOST = '127.0.0.1';

/** A real coturn on this machine, with the shared secret that makes time-limited credentials. */
export class TurnServer {
  readonly secret = randomBytes(24).toString('hex');
  private child: ChildProcess | null = null;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<TurnServer> {
    const turn = new TurnServer(await freePort(), mkdtempSync(join(tmpdir(), 'parley-turn-')));
    await turn.run();
    return turn;
  }

  /** As `TURN_URLS` has it. */
  get url(): string {
    return `turn:${HOST}:${this.port}?transport=udp`;
  }

  /** `kill -9`: every relayed connection is dead. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Starts at the same address, knowing nothing of what was. Resolves when it answers. */
  async run(): Promise<void> {
    const child = spawn(pathOf('turnserver'), this.settings(), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!(await answersStun(this.port))) {
      if (child.exitCode !== null) throw new Error(`coturn ended with ${child.exitCode}: ${output}`);
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private settings(): string[] {
    return [
      '-n',
      `--listening-port=${this.port}`,
      `--listening-ip=${HOST}`,
      `--relay-ip=${HOST}`,
      '--use-auth-secret',
      `--static-auth-secret=${this.secret}`,
      '--realm=parley.test',
      '--allow-loopback-peers',
      '--no-tls',
      '--no-dtls',
      '--no-cli',
      '--log-file=stdout',
      `--userdb=${join(this.folder, 'userdb')}`,
      `--pidfile=${join(this.folder, 'pid')}`,
    ];
  }
}

/** One binding request; false when nothing has come back for a while. */
async function answersStun(port: number): Promise<boolean> {
  const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
  const socket = createSocket('udp4');
  try {
    socket.on('error', () => undefined);
    socket.send(request, port, HOST);
    await once(socket, 'message', { signal: AbortSignal.timeout(200) });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
