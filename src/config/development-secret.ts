import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigurationError } from './environment.js';

const MIN_LENGTH = 32;

/**
 * The JWT secret of a development machine: made once and kept in `DATA_DIR` (mode 0600), so that
 * logins outlive a restart. Never used in production, where `JWT_SECRET` is required.
 */
export function developmentSecret(dataDir: string): string {
  try {
    return readOrMake(dataDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`DATA_DIR: ${dataDir} must be a folder to read and write: ${reason}`);
  }
}

function readOrMake(dataDir: string): string {
  const path = join(dataDir, 'jwt-secret');
  const existing = read(path);
  if (existing !== null && existing.length >= MIN_LENGTH) return existing;
  // A secret that a crash or a full disk cut short would let anybody sign tokens.
  if (existing !== null) rmSync(path);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600 });
  try {
    linkSync(draft, path); // fails when another process was first: then its secret is the one
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
