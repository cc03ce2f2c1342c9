import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps what is below it in memory. */
const IN_MEMORY = '/dev/shm';

/** A container's is often 64 MiB; a whole run of tests stays well below this. */
const ENOUGH_BYTES = 4 * 1024 ** 3;

/**
 * A new folder in memory where the machine has room for one, else on the disk. Every write that is acked waits for
 * the journal, and a disk takes milliseconds for that; what a test proves is the same on both.
 */
export function memoryFolder(prefix: string): string {
  return mkdtempSync(join(hasRoom() ? IN_MEMORY : tmpdir(), prefix));
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
