import { describe, expect, it } from 'vitest';

import { runCommand } from '../support/run-command.js';

const bench = (...args: string[]) => runCommand(process.execPath, ['bench/run.mjs', ...args]);
const SHORT = ['--rounds', '1', '--seconds', '1'];

describe('npm run bench', () => {
  it.each([
    ['group', ['--members', '4', '--warm-up', '0']],
    ['connects', ['--online', '20']],
    ['sync', ['--messages', '20', '--warm-up', '0']],
  ])(
    'should find nothing lost or refused in the job %s',
    async (job, sizes) => {
      const { code, stdout, stderr } = await bench(job, ...sizes, ...SHORT);

      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`${job}: `);
      expect(stdout).not.toContain('NaN');
    },
    60_000,
  );

  it('should say how it is used, and refuse what makes no sense', async () => {
    expect(await bench('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--check') });

    for (const args of [
      ['nonsense'],
      ['pairs', '--quick'],
      ['all', '--pairs', '3'],
      ['sync', '--rounds', '0'],
    ]) {
      const { code, stderr } = await bench(...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toContain('--help');
    }
  });
});
