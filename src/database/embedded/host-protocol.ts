/**
 * What the supervisor and its engine host say to each other.
 * - `embedded`: MongoDB's own server code inside the host, on a Unix socket;
 * - `mongod`: a downloaded server as the host's child, on a port of the loopback interface.
 */
export type EngineMode = 'embedded' | 'mongod';

/** The host's one command line argument, as JSON. */
export interface HostOptions {
  mode: EngineMode;
  dbPath: string;
  /** Only for `mongod`: chosen by the supervisor, so that it stays the same across restarts. */
  port: number;
  /** Only for `mongod`: where the downloaded server is kept. */
  downloadDir: string;
}

/** `busy`: another process has the data open. `unavailable`: this engine cannot run on this machine. */
export type HostFailure = 'busy' | 'unavailable' | 'broken';

export type HostMessage =
  | { type: 'ready'; socketPath: string | null }
  | { type: 'warning'; message: string }
  | { type: 'failed'; failure: HostFailure; message: string };

/** Both engines refuse a data folder in use with this name, kept from MongoDB's own error codes. */
export const isBusy = (message: string): boolean => message.includes('DBPathInUse');
