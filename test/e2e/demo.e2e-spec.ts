import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BuiltServer } from '../support/built-server.js';
import { runCommand } from '../support/run-command.js';

const demo = (env: Record<string, string>, ...args: string[]) =>
  runCommand(process.execPath, ['examples/demo.mjs', ...args], env);

describe('npm run demo', () => {
  let server: BuiltServer;

  beforeAll(async () => {
    server = await BuiltServer.start();
  });

  it('should play its scene, also a second time on the same server', async () => {
    for (const { code, stdout, stderr } of [
      await demo({ PARLEY_URL: server.url }),
      await demo({ PARLEY_URL: `${server.url}/` }),
    ]) {
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toContain('gets what he missed: "Are you still there?"');
      expect(stdout).toMatch(/All went well\.\n$/);
    }
  });

  it('should say how it is used', async () => {
    const { code, stdout } = await demo({}, '--help');

    expect(code).toBe(0);
    expect(stdout).toContain('PARLEY_URL');
  });

  it('should leave behind a server that stops in order, and say so when none is there', async () => {
    expect(await server.stop()).toBe(0);
    const { code, stdout, stderr } = await demo({ PARLEY_URL: server.url });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`No Parley answers at ${server.url}`);
  });

  afterAll(() => server.stop());
});
