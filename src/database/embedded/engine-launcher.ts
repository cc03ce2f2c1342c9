import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { HostCommand } from './engine-process.js';
import type { EngineLog } from './engine-start-error.js';
import { ENGINE_GLIBC, glibcVersion, isAtLeast } from './glibc.js';
import type { EngineMode, HostOptions } from './host-protocol.js';
import { loaderArch, loaderSource } from './loader-source.js';
import { newerLoader } from './newer-loader.js';

/** `native`: the embedded engine as it is. `newer-loader`: the same under a newer C library. `mongod`: a server. */
export type EngineWay = 'native' | 'newer-loader' | 'mongod';

export interface MachineFacts {
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
  glibc: string | null;
  /** apt, dpkg and a keyring to check the download with are there. */
  canFetchLoader: boolean;
  /** Whose files the data folder has already. */
  data: EngineMode | null;
}

/**
 * The ways to run an engine here, best first. Files stay with the engine that made them: starting another one
 * beside them would show the user an empty database.
 */
export function engineWays({ platform, arch, glibc, canFetchLoader, data }: MachineFacts): EngineWay[] {
  const ways: EngineWay[] = [];
  if (platform === 'darwin' && arch === 'arm64') ways.push('native');
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64') && glibc) {
    if (isAtLeast(glibc, ENGINE_GLIBC)) ways.push('native');
    else if (canFetchLoader) ways.push('newer-loader');
  }
  ways.push('mongod');
  return ways.filter((way) => !data || modeOf(way) === data);
}

export const modeOf = (way: EngineWay): EngineMode => (way === 'mongod' ? 'mongod' : 'embedded');

/** Each engine has a folder of its own below the data folder. */
export const dbPathOf = (dataDir: string, mode: EngineMode): string =>
  join(dataDir, mode === 'embedded' ? 'engine' : 'mongod');

export function machineFacts(dataDir: string): MachineFacts {
  const arch = loaderArch(process.arch);
  const holdsData = (mode: EngineMode) => existsSync(join(dbPathOf(dataDir, mode), 'WiredTiger'));
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: glibcVersion(),
    canFetchLoader:
      !!arch && !!loaderSource(arch.packageArch) && isCommand('apt-get') && isCommand('dpkg-deb'),
    data: holdsData('embedded') ? 'embedded' : holdsData('mongod') ? 'mongod' : null,
  };
}

const isCommand = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/**
 * The compiled host: Node 20 runs no TypeScript, so tests that load this file from `src` use the host in
 * `dist` and need a build first.
 */
function hostFile(): string {
  const isSource = import.meta.url.endsWith('.ts');
  const path = isSource ? '../../../dist/database/embedded/engine-host.js' : './engine-host.js';
  return fileURLToPath(new URL(path, import.meta.url));
}

export interface LaunchRequest {
  way: EngineWay;
  host: HostOptions;
  cacheDir: string;
  /** The host's temporary directory. */
  temporary: string;
  log: EngineLog;
}

/** The command that runs the host, after preparing what that way needs. */
export async function hostCommand({
  way,
  host,
  cacheDir,
  temporary,
  log,
}: LaunchRequest): Promise<HostCommand> {
  // NODE_OPTIONS are the parent's: a debugger port or a loader of a test runner must not be had twice.
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const env = way === 'mongod' ? inherited : { ...inherited, TMPDIR: temporary };
  const args = [hostFile(), JSON.stringify(host)];
  if (way !== 'newer-loader') return { file: process.execPath, args, env };

  const arch = loaderArch(process.arch);
  const source = arch && loaderSource(arch.packageArch);
  if (!arch || !source) throw new Error('there is no source of a newer C library for this system');
  const loader = await newerLoader({ cacheDir, arch, source, log });
  return { file: loader.file, args: [...loader.args, process.execPath, ...args], env };
}
