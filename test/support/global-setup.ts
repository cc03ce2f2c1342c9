import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { EmbeddedEngine } from '../../src/database/embedded/embedded-engine.js';
import { memoryFolder } from './memory-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    mongodbUri: string;
  }
}

/** One real engine for the whole run; every test app has a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The engine's host is compiled code, and some tests start the built server.
  execFileSync(process.execPath, ['scripts/build-if-stale.mjs'], { stdio: 'inherit' });
  if (process.env.MONGODB_URI) {
    project.provide('mongodbUri', process.env.MONGODB_URI);
    return async () => undefined;
  }
  const dataDir = memoryFolder('parley-test-');
  const cacheDir = process.env.CACHE_DIR ?? join(homedir(), '.cache', 'parley');
  // Also of a run that is broken off: what it leaves would stay in memory.
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const engine = await EmbeddedEngine.start({ dataDir, cacheDir, log: console });
  project.provide('mongodbUri', engine.uri);
  return () => engine.stop();
}
