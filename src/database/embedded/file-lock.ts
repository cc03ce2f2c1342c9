import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { codeOf } from './engine-start-error.js';
import { type HeldLock, type LockAttempt, type LockOwner, parseOwner } from './lock-owner.js';

/** macOS and the BSDs take an advisory lock while opening; Node has no name for the flag. */
const O_EXLOCK = 0x20;
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;

/** The lock where there are no abstract sockets: on a file in the data folder that is never removed. */
export function tryFileLock(dataDir: string, owner: LockOwner): LockAttempt {
  const path = join(dataDir, 'engine.lock');
  try {
    const descriptor = openSync(path, FLAGS, 0o600);
    const held: HeldLock = {
      update: (next) => writeOwner(descriptor, next),
      // Removing the file would let two servers lock two files of one name.
      release: () => Promise.resolve(closeSync(descriptor)),
    };
    held.update(owner);
    return { held };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return { owner: readOwner(path) };
    throw error;
  }
}

function writeOwner(descriptor: number, owner: LockOwner): void {
  ftruncateSync(descriptor);
  writeSync(descriptor, JSON.stringify(owner), 0);
}

function readOwner(path: string): LockOwner {
  try {
    return parseOwner(readFileSync(path, 'utf8'));
  } catch {
    return { pid: 0, isStopping: false }; // between two writes of its owner
  }
}
