import { setTimeout as delay } from 'node:timers/promises';

import { type EngineLog, EngineStartError } from './engine-start-error.js';
import { tryFileLock } from './file-lock.js';
import type { HeldLock, LockOwner } from './lock-owner.js';
import { trySocketLock } from './socket-lock.js';

const WAIT_MS = 10_000;
const RETRY_MS = 100;

/**
 * One server per data folder. The engine's own lock is not enough: between the crash of an engine and its
 * restart another server could slip in.
 */
export class DataLock {
  private constructor(private readonly held: HeldLock) {}

  /** Waits for an owner that is on its way out, and refuses at once when the owner stays. */
  static async acquire(dataDir: string, log: EngineLog, waitMs: number = WAIT_MS): Promise<DataLock> {
    const owner: LockOwner = { pid: process.pid, isStopping: false };
    const tryLock =
      process.platform === 'linux' || process.platform === 'win32' ? trySocketLock : tryFileLock;
    const deadline = Date.now() + waitMs;
    for (let hasTold = false; ; hasTold = true) {
      const attempt = await tryLock(dataDir, owner);
      if ('held' in attempt) return new DataLock(attempt.held);
      if (!attempt.owner.isStopping || Date.now() > deadline) throw inUse(dataDir, attempt.owner);
      if (!hasTold) log.log(`waiting for another server to let go of ${dataDir}`);
      await delay(RETRY_MS);
    }
  }

  /** From here on another server may wait for us instead of giving up. */
  announceStop(): void {
    this.held.update({ pid: process.pid, isStopping: true });
  }

  release(): Promise<void> {
    return this.held.release();
  }
}

export function inUse(dataDir: string, { pid }: LockOwner): EngineStartError {
  const who = pid > 0 ? `process ${pid}` : 'another process';
  return new EngineStartError(
    `The data folder ${dataDir} is in use by ${who}. Stop that process, set DATA_DIR to another folder, ` +
      'or set MONGODB_URI so that several servers share one database.',
  );
}
