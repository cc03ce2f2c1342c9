import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { DataLock } from './data-lock.js';
import type { EngineProcess } from './engine-process.js';
import { EngineRunner } from './engine-runner.js';
import { type EngineLog, EngineStartError, messageOf } from './engine-start-error.js';
import { RestartPolicy } from './restart-policy.js';

export interface EmbeddedEngineOptions {
  dataDir: string;
  cacheDir: string;
  log: EngineLog;
  /** The engine keeps crashing and is given up; also logged. */
  onFatal?: (error: Error) => void;
}

/**
 * A MongoDB engine of the server's own, for when no `MONGODB_URI` is set: a child process on the data folder,
 * started again when it crashes and gone when this process is, even by `kill -9`.
 */
export class EmbeddedEngine {
  private readonly policy = new RestartPolicy();
  private readonly stopSignal = new AbortController();
  private restarting: Promise<void> = Promise.resolve();
  private stopping: Promise<void> | null = null;

  private constructor(
    private readonly options: EmbeddedEngineOptions,
    private readonly lock: DataLock,
    private readonly runner: EngineRunner,
    private host: EngineProcess,
  ) {
    this.watch();
  }

  /**
   * Resolves when the engine answers.
   * @throws EngineStartError when the folder is in use or no engine runs here; its message is for the user.
   */
  static async start(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
    const dataDir = resolve(options.dataDir);
    makeFolder(dataDir);
    const lock = await DataLock.acquire(dataDir, options.log);
    const runner = new EngineRunner({ dataDir, cacheDir: resolve(options.cacheDir), log: options.log });
    try {
      return new EmbeddedEngine(options, lock, runner, await runner.start());
    } catch (error) {
      runner.remove();
      await lock.release();
      throw error;
    }
  }

  /** Stays the same while this object lives, also when the engine behind it is replaced after a crash. */
  get uri(): string {
    return this.runner.uri;
  }

  /** The process that holds the data now. */
  get hostPid(): number | undefined {
    return this.host.pid;
  }

  /** Closes the engine in order; the data folder is free when this resolves. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    this.stopSignal.abort();
    this.lock.announceStop();
    await this.restarting;
    await this.host.stop();
    this.runner.remove();
    await this.lock.release();
  }

  private watch(): void {
    void this.host.ended.then((how) => this.onHostEnd(how));
  }

  private onHostEnd(how: string): void {
    if (this.stopSignal.signal.aborted) return;
    this.options.log.error(`the database engine ended (${how})\n${this.host.lastWords}`.trim());
    this.restarting = this.restart();
  }

  private async restart(): Promise<void> {
    const { signal } = this.stopSignal;
    while (!signal.aborted) {
      const pause = this.policy.nextDelay(Date.now());
      if (pause === null) return this.giveUp();
      await delay(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.host = await this.runner.run();
        this.options.log.log('the database engine is back');
        return this.watch();
      } catch (error) {
        this.options.log.error(`the database engine does not start again: ${messageOf(error)}`);
      }
    }
  }

  private giveUp(): void {
    const error = new Error('the database engine keeps crashing and is given up; see the errors above');
    this.options.log.error(error.message);
    this.options.onFatal?.(error);
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new EngineStartError(
      `The data folder ${dataDir} cannot be made: ${messageOf(error)}. Set DATA_DIR to a folder that can be written.`,
      { cause: error },
    );
  }
}
