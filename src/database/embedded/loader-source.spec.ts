import { describe, expect, it } from 'vitest';

import { loaderArch, loaderSource } from './loader-source.js';

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n';
const MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
const all = () => true;
const onlyDebianKeys = (path: string) => path.includes('debian');

describe('loaderSource', () => {
  it.each([
    [DEBIAN, 'trixie'],
    [UBUNTU, 'noble'],
    [MINT, 'noble'],
    ['', 'trixie'],
  ])('should take the newer release of the own family (%j)', (osRelease, suite) => {
    expect(loaderSource('amd64', osRelease, all)?.suite).toBe(suite);
  });

  it('should take what the installed keys can prove', () => {
    expect(loaderSource('amd64', UBUNTU, onlyDebianKeys)?.suite).toBe('trixie');
    expect(loaderSource('amd64', UBUNTU, () => false)).toBeNull();
  });

  it('should know that Ubuntu keeps arm64 elsewhere', () => {
    expect(loaderSource('arm64', UBUNTU, all)?.uri).toContain('ports.ubuntu.com');
  });
});

describe('loaderArch', () => {
  it('should name the loader of each processor', () => {
    expect(loaderArch('x64')?.loader).toBe('ld-linux-x86-64.so.2');
    expect(loaderArch('arm64')?.loader).toBe('ld-linux-aarch64.so.1');
    expect(loaderArch('ppc64')).toBeNull();
  });
});
