import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EngineSocket, socketDirectory } from './engine-socket.js';

function engineSocketNamed(directory: string, name: string): string {
  mkdirSync(join(directory, name));
  writeFileSync(join(directory, name, 'mongodb.sock'), name);
  return join(directory, name, 'mongodb.sock');
}

describe('socketDirectory', () => {
  it('should be in the data folder while the socket path fits', () => {
    expect(socketDirectory('/srv/parley/data')).toBe('/srv/parley/data/run');
  });

  it('should be a short temporary one otherwise, and differ per data folder', () => {
    const long = `/srv/${'x'.repeat(80)}`;

    expect(socketDirectory(long, '/tmp')).toMatch(/^\/tmp\/parley-[0-9a-f]{8}$/);
    expect(socketDirectory(long, '/tmp')).not.toBe(socketDirectory(`${long}y`, '/tmp'));
  });
});

describe('EngineSocket', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('should lead one path to the newest engine and drop what earlier ones left', () => {
    const socket = EngineSocket.create(dataDir);

    socket.publish(engineSocketNamed(socket.directory, 'first'));
    const { path } = socket;
    socket.publish(engineSocketNamed(socket.directory, 'second'));

    expect(socket.path).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect(existsSync(join(socket.directory, 'first'))).toBe(false);
  });

  it('should keep its directory private and clear a stale one', () => {
    engineSocketNamed(EngineSocket.create(dataDir).directory, 'stale');

    const { directory } = EngineSocket.create(dataDir);

    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(existsSync(join(directory, 'stale'))).toBe(false);
  });
});
