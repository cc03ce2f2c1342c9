import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('what npm starts', { timeout: 60_000 }, () => {
  let dataDir: string;
  let npm: ChildProcess;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-npm-'));
  });
  afterEach(() => {
    // npm, its shell, and what they left behind.
    if (npm.pid !== undefined && isThere(-npm.pid)) process.kill(-npm.pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  /** As a user calls it, in a process group of its own; resolves when `ready` is on its output. */
  async function run(args: string[], ready: string): Promise<void> {
    const env = { ...process.env, NODE_ENV: 'development', MONGODB_URI: '', JWT_SECRET: '' };
    npm = spawn('npm', args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0' },
    });
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const read = (text: string) => {
        output += text;
        if (output.includes(ready)) resolve();
      };
      npm.stdout?.setEncoding('utf8').on('data', read);
      npm.stderr?.setEncoding('utf8').on('data', read);
      npm.once('exit', () => reject(new Error(`npm has ended: ${output}`)));
    });
  }

  /** A process, or with a minus any process of a group. */
  function isThere(pid: number): boolean {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }

  it.each<[string, NodeJS.Signals, string[], string]>([
    ['npm start', 'SIGTERM', ['start'], 'Parley listens'],
    ['npm start', 'SIGKILL', ['start'], 'Parley listens'],
    ['npm run db', 'SIGTERM', ['run', 'db'], 'mongodb://'],
  ])('should end with %s, also when npm alone gets a %s', async (_, signal, args, ready) => {
    await run(args, ready);
    const group = -(npm.pid as number);

    npm.kill(signal);
    await once(npm, 'exit');

    await expect.poll(() => isThere(group), { timeout: 20_000 }).toBe(false);
  });
});
