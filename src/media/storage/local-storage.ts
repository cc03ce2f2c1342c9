import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

import { type ByteRange, MediaStorage } from './media-storage.js';

/** A folder. Several nodes may share it over a network file system. */
export class LocalStorage extends MediaStorage {
  constructor(private readonly root: string) {
    super();
  }

  /** Renamed into place after it is on the disk, so that no reader and no crash finds half of it. */
  async put(key: string, path: string): Promise<void> {
    const target = join(this.root, key);
    await mkdir(dirname(target), { recursive: true });
    await flush(path);
    await rename(path, target);
    await flush(dirname(target));
  }

  async open(key: string, range?: ByteRange): Promise<Readable | null> {
    try {
      const file = await open(join(this.root, key), 'r');
      return file.createReadStream(range);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.root, key), { force: true });
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
