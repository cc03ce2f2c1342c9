import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PASSWORD } from '../support/create-test-app.js';
import { runCommand } from '../support/run-command.js';
import { Workers } from '../support/workers.js';

const MAIN = resolve('dist/main.js');

describe('the primary of several workers, with an engine of its own', () => {
  let dataDir: string;
  /** Where processes put what is not to outlive them. */
  let temporary: string;
  let open: Workers[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-life-'));
    temporary = join(dataDir, 'tmp');
    mkdirSync(temporary);
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((server) => server.stop({ keepsData: true })));
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 15 });
  });

  async function start(): Promise<Workers> {
    const server = await Workers.start(2, { TMPDIR: temporary }, dataDir);
    open.push(server);
    return server;
  }

  const processes = async ({ server }: Workers) => [...(await server.workers()), await server.engineHost()];

  it('should stop in order, leave nothing behind and find everything again', async () => {
    const first = await start();
    expect(first.server.log.match(/Parley listens on/g)).toHaveLength(1);
    const { email, auth } = await first.person();
    const pids = await processes(first);
    expect(pids).toHaveLength(3);

    expect((await first.server.terminate()).code).toBe(0);
    await first.gone(pids);
    expect(readdirSync(temporary)).toEqual([]);

    const second = await start();
    await second.http.get('/api/users/me').set(auth).expect(200);
    await second.http.post('/api/auth/login').send({ email, password: PASSWORD }).expect(200);
    expect(second.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  }, 120_000);

  it('should leave neither workers nor engine when it is killed', async () => {
    const server = await start();
    const pids = await processes(server);

    await server.server.kill();

    await server.gone(pids);
    expect(readdirSync(temporary)).toEqual([]);
  }, 120_000);

  it('should serve on when its engine is killed, by another one', async () => {
    const server = await start();
    const { auth } = await server.person();
    const host = await server.server.engineHost();

    process.kill(host, 'SIGKILL');
    await server.gone([host]);

    await expect
      .poll(async () => (await server.http.get('/api/users/me').set(auth)).status, { timeout: 60_000 })
      .toBe(200);
    expect(await server.server.engineHost()).not.toBe(host);
    expect(await server.server.workers()).toHaveLength(2);
  }, 120_000);

  const startWith = async (env: Record<string, string>) => {
    const { code, stdout, stderr } = await runCommand(process.execPath, [MAIN], {
      NODE_ENV: 'development',
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      MONGODB_URI: '',
      JWT_SECRET: '',
      WORKERS: '2',
      LOG_LEVEL: 'warn',
      ...env,
    });
    return { code, output: stdout + stderr };
  };

  it.each([
    ['a setting of the primary', { WORKERS: '0' }, /WORKERS must not be less than 1/],
    [
      'one that only a worker tries',
      { REDIS_URL: 'redis://127.0.0.1:1' },
      /Parley can't start\. REDIS_URL: /,
    ],
    ['a database that is not there', { MONGODB_URI: 'mongodb://127.0.0.1:1/parley' }, /MONGODB_URI: /],
  ])(
    'should say once what is wrong, and end with 1: %s',
    async (_, env: Record<string, string>, reason) => {
      const { code, output } = await startWith(env);

      expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(reason) as string });
      expect(output.match(/Parley can't start/g)).toHaveLength(1);
    },
    120_000,
  );

  it('should say that the port is taken before it makes any worker', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => other.once('listening', listening));
    const { port } = other.address() as { port: number };

    const { code, output } = await startWith({ PORT: String(port) });
    other.close();

    expect(code).toBe(1);
    expect(output.match(/Parley can't start\. HOST, PORT: .*EADDRINUSE/g)).toHaveLength(1);
  }, 60_000);
});
