import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { mongo } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EmbeddedEngine, type EmbeddedEngineOptions } from '../../src/database/embedded/embedded-engine.js';
import { type EngineLog } from '../../src/database/embedded/engine-start-error.js';

const DB_COMMAND = resolve('dist/database/embedded/db.command.js');
const cacheDir = process.env.CACHE_DIR ?? join(homedir(), '.cache', 'parley');
const run = promisify(execFile);
const soon = { timeout: 10_000, interval: 50 };

/** The engine hosts of a data folder, ours or not. */
async function hostsOf(dataDir: string): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const lines = stdout
    .split('\n')
    .filter((line) => line.includes('engine-host.js') && line.includes(dataDir));
  return lines.map((line) => Number.parseInt(line, 10));
}

const allHostsGone = (dataDir: string): Promise<void> =>
  vi.waitFor(async () => {
    const hosts = await hostsOf(dataDir);
    if (hosts.length > 0) throw new Error(`still running: ${hosts.join(', ')}`);
  }, soon);

function killHost(engine: EmbeddedEngine): number {
  const pid = engine.hostPid ?? 0;
  process.kill(pid, 'SIGKILL');
  return pid;
}

describe('EmbeddedEngine', () => {
  const log = {
    log: vi.fn<EngineLog['log']>(),
    warn: vi.fn<EngineLog['warn']>(),
    error: vi.fn<EngineLog['error']>(),
  };
  let dataDir: string;
  let engines: EmbeddedEngine[];
  let clients: mongo.MongoClient[];
  let children: ChildProcess[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-'));
    [engines, clients, children] = [[], [], []];
    vi.clearAllMocks();
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(engines.map((engine) => engine.stop()));
    for (const child of children) child.kill('SIGKILL');
    await allHostsGone(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async (options: Partial<EmbeddedEngineOptions> = {}): Promise<EmbeddedEngine> => {
    const engine = await EmbeddedEngine.start({ dataDir, cacheDir, log, ...options });
    engines.push(engine);
    return engine;
  };

  const notes = (uri: string) => {
    const client = new mongo.MongoClient(uri);
    clients.push(client);
    return client.db().collection('notes');
  };

  /** A server in a process of its own that a test may kill. */
  const startElsewhere = async (): Promise<{ child: ChildProcess; uri: string }> => {
    const child = spawn(process.execPath, [DB_COMMAND], {
      env: { ...process.env, DATA_DIR: dataDir, CACHE_DIR: cacheDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line]: string[] = await once(child.stdout.setEncoding('utf8'), 'data');
    return { child, uri: line?.trim() ?? '' };
  };

  it('should keep acknowledged writes and its address when the engine is killed', async () => {
    const engine = await start();
    const { uri } = engine;

    // So often, as a write that is not on the journal is lost by most kills, but not by each.
    for (let kills = 1; kills <= 4; kills += 1) {
      const collection = notes(uri);
      for (let n = 0; n < 5; n += 1) await collection.insertOne({ text: 'kept' });
      const killed = killHost(engine);
      await vi.waitFor(() => expect(engine.hostPid).not.toBe(killed), soon);

      expect(engine.uri).toBe(uri);
      const after = notes(uri);
      await vi.waitFor(async () => expect(await after.countDocuments()).toBe(kills * 5), soon);
    }
  });

  it('should answer where no plan finds anything, however much there is to look through', async () => {
    const collection = notes((await start()).uri);
    await collection.createIndexes([{ key: { chat: 1, seq: 1, sender: 1 } }, { key: { chat: 1, rev: 1 } }]);
    const rows = Array.from({ length: 20_000 }, (_, n) => ({ chat: 1, seq: n, rev: n, sender: 'ann' }));
    await collection.insertMany(rows);

    const unread = collection.aggregate([
      { $match: { $or: [{ chat: 1, seq: { $gt: 0 } }] } },
      { $match: { sender: { $ne: 'ann' }, isQuiet: { $ne: true } } },
      { $group: { _id: '$chat', count: { $sum: 1 } } },
    ]);

    expect(await unread.toArray()).toEqual([]);
  });

  it('should report an engine that keeps crashing', async () => {
    const onFatal = vi.fn<(error: Error) => void>();
    const engine = await start({ onFatal });

    for (let last = 0; onFatal.mock.calls.length === 0;) {
      await vi.waitFor(
        () => expect([engine.hostPid !== last, onFatal.mock.calls.length]).not.toEqual([false, 0]),
        soon,
      );
      if (engine.hostPid !== last) last = killHost(engine);
    }

    expect(onFatal).toHaveBeenCalledOnce();
  });

  it('should refuse a second server on the same folder at once', async () => {
    const { child } = await startElsewhere();
    const before = Date.now();

    await expect(start()).rejects.toThrow(`${dataDir} is in use by process ${child.pid}`);

    expect(Date.now() - before).toBeLessThan(1500);
  });

  it('should let one of two simultaneous starts win', async () => {
    const starts = await Promise.allSettled([start(), start()]);

    expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('should leave no orphan when its server is killed, and start again right after', async () => {
    const { child, uri } = await startElsewhere();
    await notes(uri).insertOne({ text: 'kept' });
    const orphans = await hostsOf(dataDir);

    child.kill('SIGKILL');
    await once(child, 'exit');
    const engine = await start();

    expect(await notes(engine.uri).countDocuments()).toBe(1);
    expect(orphans).toHaveLength(1);
    await vi.waitFor(async () => expect(await hostsOf(dataDir)).toEqual([engine.hostPid]), soon);
  });

  it('should leave nothing but the data when it stops', async () => {
    const engine = await start();
    const client = new mongo.MongoClient(engine.uri);
    await client.db().collection('notes').insertOne({ text: 'kept' });
    await client.close();

    await engine.stop();

    expect(await hostsOf(dataDir)).toEqual([]);
    expect(readdirSync(dataDir)).toEqual(['engine']);
    expect(await notes((await start()).uri).countDocuments()).toBe(1);
  });

  it('should work in a folder whose path is too long for a socket', async () => {
    const long = join(dataDir, 'x'.repeat(100));
    const engine = await start({ dataDir: long });

    await notes(engine.uri).insertOne({ text: 'kept' });

    expect(existsSync(join(long, 'run'))).toBe(false);
  });

  it('should stop in order on Ctrl+C, even when it comes twice', async () => {
    const { child } = await startElsewhere();

    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');

    expect(code).toBe(0);
    expect(readdirSync(dataDir)).toEqual(['engine']);
  });
});
