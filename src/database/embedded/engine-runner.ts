import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { inUse } from './data-lock.js';
import {
  dbPathOf,
  engineWays,
  type EngineWay,
  hostCommand,
  machineFacts,
  modeOf,
} from './engine-launcher.js';
import { EngineProcess, type HostCommand, HostFailedError } from './engine-process.js';
import { EngineSocket } from './engine-socket.js';
import { type EngineLog, EngineStartError, messageOf } from './engine-start-error.js';

/** Longer than the host of a killed server takes to close. */
const BUSY_WAIT_MS = 10_000;
const BUSY_RETRY_MS = 150;

/**
 * Acked writes are journaled: without this `kill -9` would lose the last tenth of a second. Not `w=majority`,
 * which the engine, standing alone, takes as a reason not to wait for the journal.
 */
const URI_OPTIONS = 'directConnection=true&w=1&journal=true';

export interface RunnerOptions {
  dataDir: string;
  cacheDir: string;
  log: EngineLog;
}

/** Starts engine hosts in the best way this machine allows, all on one address. For the holder of the lock. */
export class EngineRunner {
  private command: HostCommand | null = null;
  private socket: EngineSocket | null = null;
  private port = 0;

  constructor(private readonly options: RunnerOptions) {}

  get uri(): string {
    const host = this.socket ? encodeURIComponent(this.socket.path) : `127.0.0.1:${this.port}`;
    return `mongodb://${host}/parley?${URI_OPTIONS}`;
  }

  /** Tries the ways of this machine in turn and stays with the first that works. */
  async start(): Promise<EngineProcess> {
    const { dataDir, log } = this.options;
    const failures: string[] = [];
    for (const way of engineWays(machineFacts(dataDir))) {
      try {
        this.command = await this.prepare(way);
        return await this.runWhenFree();
      } catch (error) {
        if (error instanceof HostFailedError && error.failure === 'busy')
          throw inUse(dataDir, { pid: 0, isStopping: false });
        failures.push(`${way}: ${messageOf(error)}`);
        log.warn(`no database engine this way (${way}): ${messageOf(error)}`);
      }
    }
    throw noEngine(dataDir, failures);
  }

  /** A new host on the same address, after the one before has ended. */
  async run(): Promise<EngineProcess> {
    if (!this.command) throw new Error('run() comes after start()');
    const { process: host, socketPath } = await EngineProcess.start(this.command, this.options.log);
    if (socketPath) this.socket?.publish(socketPath);
    return host;
  }

  remove(): void {
    this.socket?.remove();
  }

  private async prepare(way: EngineWay): Promise<HostCommand> {
    const { dataDir, cacheDir, log } = this.options;
    const mode = modeOf(way);
    const dbPath = dbPathOf(dataDir, mode);
    mkdirSync(dbPath, { recursive: true, mode: 0o700 });
    this.socket = mode === 'embedded' ? EngineSocket.create(dataDir) : null;
    this.port = mode === 'mongod' ? await freePort() : 0;
    if (mode === 'mongod') log.log('running a mongod as the database, downloading it first where needed');
    const host = { mode, dbPath, port: this.port, downloadDir: join(cacheDir, 'mongod') };
    return hostCommand({ way, host, cacheDir, log, temporary: this.socket?.directory ?? '' });
  }

  /** A server killed a moment ago leaves a host that is still closing. */
  private async runWhenFree(): Promise<EngineProcess> {
    const deadline = Date.now() + BUSY_WAIT_MS;
    for (let hasTold = false; ; hasTold = true) {
      try {
        return await this.run();
      } catch (error) {
        const isBusy = error instanceof HostFailedError && error.failure === 'busy';
        if (!isBusy || Date.now() > deadline) throw error;
        if (!hasTold) this.options.log.log('waiting for the engine of an earlier server to close');
        await delay(BUSY_RETRY_MS);
      }
    }
  }
}

function noEngine(dataDir: string, failures: string[]): EngineStartError {
  const tried =
    failures.length > 0 ? failures.map((failure) => `\n  - ${failure}`).join('') : ' nothing fits';
  return new EngineStartError(
    `No database engine can run on this machine with the data in ${dataDir}; tried:${tried}\n` +
      'Set MONGODB_URI to a MongoDB server, or run everything with "docker compose up".',
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address && typeof address !== 'string' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
