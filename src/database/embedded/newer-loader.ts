import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type EngineLog, messageOf } from './engine-start-error.js';
import type { LoaderArch, LoaderSource } from './loader-source.js';

const run = promisify(execFile);

const COMMAND_TIMEOUT_MS = 120_000;
const STALE_WORK_MS = 60 * 60_000;
const WORK_PREFIX = 'loader-work-';

/** A program started as `file ...args program` runs with a newer C library than the system's. */
export interface NewerLoader {
  file: string;
  args: string[];
}

export interface LoaderRequest {
  cacheDir: string;
  arch: LoaderArch;
  source: LoaderSource;
  log: EngineLog;
}

/**
 * The loader and C library of a newer release, fetched once into the cache: into a folder of its own, with apt
 * state of its own, so it needs no root and touches nothing of the system. apt checks the signatures.
 */
export async function newerLoader(request: LoaderRequest): Promise<NewerLoader> {
  const { cacheDir, arch, source } = request;
  const lib = join(cacheDir, `glibc-${source.suite}-${arch.packageArch}`);
  if (!existsSync(join(lib, arch.loader))) await prepare(request, lib);
  return loaderIn(lib, arch);
}

function loaderIn(lib: string, arch: LoaderArch): NewerLoader {
  const path = [lib, `/lib/${arch.triplet}`, `/usr/lib/${arch.triplet}`].join(':');
  return { file: join(lib, arch.loader), args: ['--library-path', path] };
}

/** Whole or not at all: made aside, tried, then renamed. Of two processes doing this at once one wins. */
async function prepare({ cacheDir, arch, source, log }: LoaderRequest, lib: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  await removeStaleWork(cacheDir);
  const work = await mkdtemp(join(cacheDir, WORK_PREFIX));
  try {
    log.log(
      `this system's C library is too old for the database engine: fetching a newer one (${source.suite})`,
    );
    log.log('this happens once per machine and changes nothing outside of CACHE_DIR');
    const made = await fetchLibrary(work, arch, source);
    const { file, args } = loaderIn(made, arch);
    await run(file, [...args, process.execPath, '--version'], { timeout: COMMAND_TIMEOUT_MS });
    await rename(made, lib).catch((error: unknown) => {
      if (!existsSync(join(lib, arch.loader))) throw error;
    });
    log.log(`the newer C library is ready in ${lib}`);
  } catch (error) {
    throw new Error(`fetching a newer C library failed: ${lastLines(error)}`, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchLibrary(work: string, arch: LoaderArch, source: LoaderSource): Promise<string> {
  const options = await aptOptions(work, arch, source);
  const settings = { cwd: work, timeout: COMMAND_TIMEOUT_MS, env: { ...process.env, LC_ALL: 'C' } };
  await run('apt-get', [...options, 'update'], settings);
  await run('apt-get', [...options, 'download', 'libc6'], settings);
  const deb = (await readdir(work)).find((name) => name.startsWith('libc6_') && name.endsWith('.deb'));
  if (!deb) throw new Error('apt-get downloaded no libc6');
  await run('dpkg-deb', ['-x', deb, 'root'], settings);
  const homes = [join('usr/lib', arch.triplet), join('lib', arch.triplet)].map((home) =>
    join(work, 'root', home),
  );
  const home = homes.find((path) => existsSync(join(path, arch.loader)));
  if (!home) throw new Error(`${deb} holds no ${arch.loader}`);
  return home;
}

/** On the command line, because the system's apt settings (proxies among them) still apply below these. */
async function aptOptions(work: string, arch: LoaderArch, source: LoaderSource): Promise<string[]> {
  await mkdir(join(work, 'state/lists/partial'), { recursive: true });
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(work, 'status'), '');
  const line = `deb [arch=${arch.packageArch} signed-by=${source.keyring}] ${source.uri} ${source.suite} main\n`;
  await writeFile(join(work, 'sources.list'), line);
  const settings: Record<string, string> = {
    'Dir::State': join(work, 'state'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': '-',
    'APT::Architecture': arch.packageArch,
    'APT::Sandbox::User': 'root', // otherwise root's apt becomes a user who cannot enter our private folder
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
  };
  return ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

/** What a process killed while preparing has left. */
async function removeStaleWork(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(WORK_PREFIX)) continue;
    const path = join(cacheDir, name);
    const made = await stat(path).catch(() => null);
    if (made && Date.now() - made.mtimeMs > STALE_WORK_MS) await rm(path, { recursive: true, force: true });
  }
}

function lastLines(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? error.stderr : null;
  const text = typeof stderr === 'string' && stderr.trim() ? stderr : messageOf(error);
  return text.trim().split('\n').slice(-3).join(' / ');
}
