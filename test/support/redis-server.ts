import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pathOf } from './requires.js';

const HOST = '127.0.0.1';
const START_MS = 10_000;

/** A real Redis on this machine, which keeps nothing when it ends. */
export class RedisServer {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const redis = new RedisServer(await freePort(), mkdtempSync(join(tmpdir(), 'parley-redis-')));
    await redis.run();
    return redis;
  }

  /** As `REDIS_URL` has it. */
  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** Starts at the same address, empty. Resolves when it accepts connections. */
  async run(): Promise<void> {
    const settings = { port: this.port, bind: HOST, save: '', appendonly: 'no', dir: this.folder };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(pathOf('redis-server'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`redis-server ${why}: ${output}`));
      const timer = setTimeout(() => fail('did not start in time'), START_MS);
      child.once('exit', () => fail('ended'));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (!output.includes('Ready to accept connections')) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Resolves when it answers. */
  async ping(): Promise<void> {
    const socket = connect(this.port, HOST);
    socket.write('PING\r\n');
    await once(socket, 'data');
    socket.destroy();
  }

  /** `kill -9`: every connection is gone, and what it kept too. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** It answers nobody, and closes nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
