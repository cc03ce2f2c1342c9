import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { developmentSecret } from './development-secret.js';
import { ConfigurationError } from './environment.js';

describe('developmentSecret', () => {
  let parent: string;
  let dataDir: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'parley-secret-'));
    dataDir = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const file = () => join(dataDir, 'jwt-secret');

  it('should make one that nobody else on the machine can read, and leave nothing beside it', () => {
    const secret = developmentSecret(dataDir);

    expect(Buffer.from(secret, 'base64url')).toHaveLength(48);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dataDir)).toEqual(['jwt-secret']);
  });

  it('should make it once', () => {
    const first = developmentSecret(dataDir);

    expect(developmentSecret(dataDir)).toBe(first);
    expect(readFileSync(file(), 'utf8')).toBe(first);
  });

  it('should make another for another folder', () => {
    expect(developmentSecret(dataDir)).not.toBe(developmentSecret(join(parent, 'other')));
  });

  it.each(['', 'short'])('should replace "%s": a secret cut short would let anybody sign tokens', (cut) => {
    developmentSecret(dataDir);
    writeFileSync(file(), cut);

    const secret = developmentSecret(dataDir);

    expect(secret).toHaveLength(64);
    expect(developmentSecret(dataDir)).toBe(secret);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('should keep one that somebody put there', () => {
    developmentSecret(dataDir);
    writeFileSync(file(), 'z'.repeat(32));
    chmodSync(file(), 0o600);

    expect(developmentSecret(dataDir)).toBe('z'.repeat(32));
  });

  it('should name the setting where the folder is none', () => {
    writeFileSync(join(parent, 'file'), '');

    expect(() => developmentSecret(join(parent, 'file'))).toThrow(ConfigurationError);
    expect(() => developmentSecret(join(parent, 'file'))).toThrow(/^DATA_DIR: /);
  });
});
