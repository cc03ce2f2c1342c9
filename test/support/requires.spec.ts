import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { pathOf, requires } from './requires.js';

describe('programs that tests require', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-programs-'));
    writeFileSync(join(folder, 'chromium-browser'), '', { mode: 0o755 });
    writeFileSync(join(folder, 'turnserver'), 'cannot be run', { mode: 0o644 });
    vi.stubEnv('PATH', folder);
    vi.stubEnv('CI', '');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  it('should find a program by any of its names', () => {
    expect(requires('chromium')).toBe(true);
    expect(pathOf('chromium')).toBe(join(folder, 'chromium-browser'));
  });

  it('should say once how to get what is missing', () => {
    const said = vi.spyOn(console, 'warn').mockReturnValue();

    expect([requires('chromium', 'turnserver'), requires('turnserver')]).toEqual([false, false]);
    expect(said.mock.calls).toEqual([[expect.stringMatching(/^LEFT OUT: .*apt-get install coturn/)]]);
  });

  it('should leave nothing out in CI, and fail there', () => {
    vi.stubEnv('CI', 'true');

    expect(requires('turnserver')).toBe(true);
    expect(() => pathOf('turnserver')).toThrow('apt-get install coturn');
  });
});
