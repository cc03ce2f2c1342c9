import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { DataLock } from './data-lock.js';
import { type EngineLog, EngineStartError } from './engine-start-error.js';

describe('DataLock', () => {
  const log = {
    log: vi.fn<EngineLog['log']>(),
    warn: vi.fn<EngineLog['warn']>(),
    error: vi.fn<EngineLog['error']>(),
  };
  let dataDir: string;
  let held: DataLock[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-'));
    held = [];
    log.log.mockClear();
  });

  afterEach(async () => {
    await Promise.all(held.map((lock) => lock.release()));
    rmSync(dataDir, { recursive: true, force: true });
  });

  const acquire = async (path = dataDir, waitMs = 1000): Promise<DataLock> => {
    const lock = await DataLock.acquire(path, log, waitMs);
    held.push(lock);
    return lock;
  };

  it('should refuse a second holder at once and name the first', async () => {
    await acquire();

    const second = acquire();

    await expect(second).rejects.toThrow(EngineStartError);
    await expect(second).rejects.toThrow(`${dataDir} is in use by process ${process.pid}`);
  });

  it('should know a folder by another path', async () => {
    const other = `${dataDir}-link`;
    symlinkSync(dataDir, other);
    await acquire();

    await expect(acquire(other)).rejects.toThrow(EngineStartError);

    rmSync(other);
  });

  it('should let exactly one of many through', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => acquire()));

    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('should wait for a holder that is stopping, telling it once', async () => {
    const first = await acquire();
    first.announceStop();
    const second = acquire();
    await vi.waitFor(() => expect(log.log).toHaveBeenCalled());

    await first.release();
    held = [];

    await expect(second).resolves.toBeInstanceOf(DataLock);
    expect(log.log).toHaveBeenCalledTimes(1);
  });

  it('should give up on one that never stops', async () => {
    (await acquire()).announceStop();

    await expect(acquire(dataDir, 250)).rejects.toThrow(EngineStartError);
  });
});
