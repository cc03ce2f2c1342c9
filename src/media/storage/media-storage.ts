import type { Readable } from 'node:stream';

/** A stretch of a stored object, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Where the bytes are. Keys are made by the feature itself: `a-z`, `0-9`, `/` and `.`. */
export abstract class MediaStorage {
  /** Stores the file at `path` durably, whole or not at all. May take the file away from there. */
  abstract put(key: string, path: string, mimeType: string): Promise<void>;

  /** `null` when there is no such object. Whoever gets a stream has to read or destroy it. */
  abstract open(key: string, range?: ByteRange): Promise<Readable | null>;

  /** No error when there is none. */
  abstract remove(key: string): Promise<void>;
}
