import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { EngineStartError, messageOf } from './engine-start-error.js';

/** What a socket address holds on macOS; Linux has four bytes more. */
const MAX_SOCKET_PATH_BYTES = 103;
/** The engine's own socket, below the directory it takes for the temporary one. */
const LONGEST_ENGINE_PATH = '/embedded-mongodb-XXXXXX/mongodb.sock';

/** The private directory of the sockets: in the data folder, or in a temporary one when that path is too long. */
export function socketDirectory(dataDir: string, temporary: string = tmpdir()): string {
  const inData = join(dataDir, 'run');
  if (Buffer.byteLength(inData + LONGEST_ENGINE_PATH) <= MAX_SOCKET_PATH_BYTES) return inData;
  const hash = createHash('sha256').update(`${userInfo().username}:${dataDir}`).digest('hex').slice(0, 8);
  return join(temporary, `parley-${hash}`);
}

/**
 * A socket path that stays the same while the engine behind it is replaced. The engine makes up a new path at
 * every start; this one is a symbolic link, moved over in one step, so a driver simply connects again.
 */
export class EngineSocket {
  private constructor(
    /** The host's temporary directory too: what a killed host leaves there goes with the next start. */
    readonly directory: string,
  ) {}

  /** Makes the directory afresh. Only for the holder of the data lock. */
  static create(dataDir: string): EngineSocket {
    const directory = socketDirectory(dataDir);
    try {
      rmSync(directory, { recursive: true, force: true });
      // Not recursive: a directory that somebody else made meanwhile must not be trusted.
      mkdirSync(directory, { mode: 0o700 });
      chmodSync(directory, 0o700);
    } catch (error) {
      throw new EngineStartError(
        `The database engine cannot make its private directory ${directory}: ${messageOf(error)}. ` +
          'Remove it, or set DATA_DIR to another folder (a shorter path keeps the sockets inside it).',
        { cause: error },
      );
    }
    return new EngineSocket(directory);
  }

  get path(): string {
    return join(this.directory, 'db.sock');
  }

  /** Points the stable path at the engine's socket and removes what earlier engines left. */
  publish(engineSocket: string): void {
    const next = `${this.path}.next`;
    rmSync(next, { force: true });
    symlinkSync(engineSocket, next);
    renameSync(next, this.path);
    const kept = new Set([basename(this.path), basename(dirname(engineSocket))]);
    for (const name of readdirSync(this.directory)) {
      if (!kept.has(name)) rmSync(join(this.directory, name), { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
