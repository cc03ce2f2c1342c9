import { describe, expect, it } from 'vitest';

import { engineWays, type MachineFacts } from './engine-launcher.js';

const newLinux: MachineFacts = {
  platform: 'linux',
  arch: 'x64',
  glibc: '2.41',
  canFetchLoader: true,
  data: null,
};

describe('engineWays', () => {
  it.each<[string, Partial<MachineFacts>, string[]]>([
    ['a recent Linux', {}, ['native', 'mongod']],
    ['a recent Linux on arm64', { arch: 'arm64' }, ['native', 'mongod']],
    ['an older Debian or Ubuntu', { glibc: '2.36' }, ['newer-loader', 'mongod']],
    ['an older Linux without apt', { glibc: '2.34', canFetchLoader: false }, ['mongod']],
    ['musl', { glibc: null }, ['mongod']],
    ['another processor', { arch: 's390x' }, ['mongod']],
    ['an Apple silicon Mac', { platform: 'darwin', arch: 'arm64', glibc: null }, ['native', 'mongod']],
    ['an Intel Mac', { platform: 'darwin', glibc: null }, ['mongod']],
    ['Windows', { platform: 'win32', glibc: null }, ['mongod']],
  ])('should know the ways of %s', (_, facts, expected) => {
    expect(engineWays({ ...newLinux, ...facts })).toEqual(expected);
  });

  it('should stay with the engine whose files are there', () => {
    expect(engineWays({ ...newLinux, data: 'embedded' })).toEqual(['native']);
    expect(engineWays({ ...newLinux, data: 'mongod' })).toEqual(['mongod']);
    expect(engineWays({ ...newLinux, platform: 'win32', data: 'embedded' })).toEqual([]);
  });
});
