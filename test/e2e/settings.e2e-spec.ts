import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BuiltServer } from '../support/built-server.js';
import { databaseUri, PASSWORD } from '../support/create-test-app.js';
import { type CommandResult, runCommand } from '../support/run-command.js';

const MAIN = resolve('dist/main.js');

describe('the built server and its settings', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'parley-settings-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Starts it in a folder without a `.env`, with nothing inherited that it would read. */
  const start = (env: Record<string, string>): Promise<CommandResult> =>
    runCommand(process.execPath, [MAIN], {
      NODE_ENV: 'development',
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: join(dir, 'data'),
      MONGODB_URI: '',
      JWT_SECRET: '',
      ...env,
    });

  const cases: [string, Record<string, string>, RegExp[]][] = [
    [
      'several that are bad, each by name and rule',
      {
        PORT: '70000',
        LOG_LEVEL: 'loud',
        JWT_EXPIRES_IN: 'soon',
        JWT_SECRET: 'short',
        MONGODB_URI: 'localhost',
      },
      [
        /PORT must not be greater than 65535/,
        /LOG_LEVEL must be one of/,
        /JWT_EXPIRES_IN must be a duration/,
        /JWT_SECRET must be at least 32 bytes/,
        /MONGODB_URI must be a mongodb:\/\//,
      ],
    ],
    [
      'what production demands and lacks, nor with what it refuses',
      { NODE_ENV: 'production', RATE_LIMITS: 'off', BCRYPT_COST: '4' },
      [
        /MONGODB_URI .*required in production/,
        /JWT_SECRET .*required in production/,
        /RATE_LIMITS: .*refused in production/,
        /BCRYPT_COST: must be at least 10 in production/,
      ],
    ],
    [
      'a data folder that is none',
      { DATA_DIR: '/dev/null/data' },
      [/DATA_DIR: \/dev\/null\/data must be a folder/],
    ],
  ];

  it.each(cases)('should not start with %s', async (_, env, reasons) => {
    const { code, stdout, stderr } = await start(env);

    expect(code).toBe(1);
    for (const reason of reasons) expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/^Parley can't start\. /);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(stdout).toBe('');
  });

  it('should say that there is no Redis where REDIS_URL has it', async () => {
    const { code, stderr } = await start({
      REDIS_URL: 'redis://127.0.0.1:1',
      MONGODB_URI: databaseUri('settings'),
    });

    expect(code).toBe(1);
    expect(stderr).toContain("Parley can't start. REDIS_URL: connect ECONNREFUSED 127.0.0.1:1");
  });

  it('should not start on a port that is taken, and name it', async () => {
    const taken = createServer();
    const port = await new Promise<number>((done) => {
      taken.listen(0, '127.0.0.1', () => done((taken.address() as { port: number }).port));
    });

    const { code, stderr } = await start({ PORT: String(port), MONGODB_URI: databaseUri('settings') });

    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`Parley can't start\\. HOST, PORT: .*EADDRINUSE.*${port}`));
    taken.close();
  });

  it('should read a .env, which the environment overrules', async () => {
    const home = mkdtempSync(join(dir, 'env-'));
    writeFileSync(join(home, '.env'), 'LOG_LEVEL=from-file\nPORT=from-file\n');

    const { code, stderr } = await runCommand('sh', [
      '-c',
      `cd ${home} && PORT=0 exec ${process.execPath} ${MAIN}`,
    ]);

    expect(code).toBe(1);
    expect(stderr).toContain('LOG_LEVEL must be one of');
    expect(stderr).not.toContain('PORT must');
  });

  it('should keep logins over a restart: the secret of development is made once, for its owner alone', async () => {
    const dataDir = join(dir, 'kept');
    const email = 'ada@example.com';
    const env = { DATA_DIR: dataDir, MONGODB_URI: databaseUri(`kept_${randomUUID()}`) };
    const first = await BuiltServer.start(env);
    const post = (url: string, path: string, body: object) =>
      fetch(`${url}/api/auth/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then(async (response) => (await response.json()) as { accessToken: string });
    await post(first.url, 'register', { email, password: PASSWORD, name: 'Ada' });
    const { accessToken } = await post(first.url, 'login', { email, password: PASSWORD });
    const mode = statSync(join(dataDir, 'jwt-secret')).mode & 0o777;
    expect(await first.stop()).toBe(0);

    const second = await BuiltServer.start(env);
    const answer = await fetch(`${second.url}/api/users/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    await second.stop();

    expect(mode).toBe(0o600);
    expect(await answer.json()).toMatchObject({ email });
  });
});
