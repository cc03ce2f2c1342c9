import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { databaseUri } from './create-test-app.js';

const START_MS = 30_000;

/** The built server as users run it: a process of its own, on a random port, with an empty database. */
export class BuiltServer {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly dataDir: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<BuiltServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-built-'));
    const child = spawn(process.execPath, ['dist/main.js'], {
      env: {
        ...process.env,
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: dataDir,
        MONGODB_URI: databaseUri(`built_${randomBytes(6).toString('hex')}`),
        JWT_SECRET: '',
        BCRYPT_COST: '4',
        PRESENCE_GRACE_SECONDS: '0.2',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new BuiltServer(await announcedUrl(child), child, dataDir);
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** Asks it to stop; answers its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.dataDir, { recursive: true, force: true });
    return this.child.exitCode;
  }
}

function announcedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`the built server ${why}\n${output}`));
    };
    const timer = setTimeout(() => fail('did not start in time'), START_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const url = /Parley listens on (http:\/\/\S+)/.exec(output)?.[1];
        if (!url) return;
        clearTimeout(timer);
        resolve(url);
      });
    }
    child.once('exit', () => {
      clearTimeout(timer);
      fail('ended');
    });
  });
}
