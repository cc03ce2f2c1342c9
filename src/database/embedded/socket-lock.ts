import { statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

import { codeOf } from './engine-start-error.js';
import { type HeldLock, type LockAttempt, type LockOwner, parseOwner } from './lock-owner.js';

const ANSWER_MS = 800;
const GONE = new Set<unknown>(['ECONNREFUSED', 'ECONNRESET', 'ENOENT']);

/**
 * The lock as a bound name that lives in no file system: Linux's abstract sockets and Windows' named pipes.
 * Binding is atomic, the name goes with the process, and connecting to it asks the owner who it is. It is made
 * of the folder's identity, so that two paths to one folder meet. (Containers do not see each other's names;
 * there the lock of the engine itself keeps the second one out.)
 */
export async function trySocketLock(dataDir: string, owner: LockOwner): Promise<LockAttempt> {
  const name = lockName(dataDir);
  const held = await bind(name, owner);
  return held ? { held } : { owner: await askOwner(name) };
}

function lockName(dataDir: string): string {
  const { dev, ino } = statSync(dataDir, { bigint: true });
  const name = `parley-data-${dev}-${ino}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`;
}

/** Null when the name is taken. */
function bind(name: string, firstOwner: LockOwner): Promise<HeldLock | null> {
  let owner = firstOwner;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(owner));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen({ path: name, exclusive: true }, () => {
      server.unref(); // the lock lives as long as the process, it does not keep it alive
      resolve({
        update: (next) => void (owner = next),
        release: () => new Promise((released) => void server.close(() => released())),
      });
    });
  });
}

/** An owner that is gone by now counts as stopping; one that does not answer is alive but busy. */
async function askOwner(name: string): Promise<LockOwner> {
  const socket = connect(name);
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), ANSWER_MS);
  try {
    return parseOwner(await text(socket));
  } catch (error) {
    return { pid: 0, isStopping: GONE.has(codeOf(error)) };
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
