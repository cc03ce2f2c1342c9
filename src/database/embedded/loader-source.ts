import { existsSync, readFileSync } from 'node:fs';

/** A distribution whose C library is new enough, and the keys that prove where a download comes from. */
export interface LoaderSource {
  suite: string;
  uri: string;
  keyring: string;
}

type PackageArch = 'amd64' | 'arm64';

/** What differs between the processors. */
export interface LoaderArch {
  packageArch: PackageArch;
  triplet: string;
  loader: string;
}

const ARCHES: Partial<Record<NodeJS.Architecture, LoaderArch>> = {
  x64: { packageArch: 'amd64', triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { packageArch: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

export const loaderArch = (arch: NodeJS.Architecture): LoaderArch | null => ARCHES[arch] ?? null;

const KEYRINGS = '/usr/share/keyrings';

const debian = (): LoaderSource => ({
  suite: 'trixie',
  uri: 'http://deb.debian.org/debian',
  keyring: `${KEYRINGS}/debian-archive-keyring.gpg`,
});

const ubuntu = (arch: PackageArch): LoaderSource => ({
  suite: 'noble',
  uri: arch === 'amd64' ? 'http://archive.ubuntu.com/ubuntu' : 'http://ports.ubuntu.com/ubuntu-ports',
  keyring: `${KEYRINGS}/ubuntu-archive-keyring.gpg`,
});

/**
 * Where to get the newer C library from: the machine's own family, if its keys are installed, else the other.
 * Plain http is right here: apt refuses whatever the keyring has not signed.
 */
export function loaderSource(
  arch: PackageArch,
  osRelease: string = readOsRelease(),
  exists: (path: string) => boolean = existsSync,
): LoaderSource | null {
  const isUbuntu = /^ID(_LIKE)?=.*ubuntu/m.test(osRelease);
  const sources = isUbuntu ? [ubuntu(arch), debian()] : [debian(), ubuntu(arch)];
  return sources.find(({ keyring }) => exists(keyring)) ?? null;
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
