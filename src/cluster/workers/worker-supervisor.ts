import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';

import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';

import { AppConfig } from '../../config/app-config.js';
import { DatabaseServer } from '../../database/database-server.js';
import { RestartPolicy } from '../../database/embedded/restart-policy.js';
import { findPort } from './find-port.js';
import { WorkerFailed } from './worker-failed.js';
import { WorkerHub } from './worker-hub.js';

/** More than a worker takes to answer what is under way and to say goodbye. */
const STOP_MS = 20_000;

const RESTARTS = {
  maxCrashes: Number.POSITIVE_INFINITY,
  windowMs: 60_000,
  firstDelayMs: 50,
  maxDelayMs: 5000,
};

/** Makes the workers, one after the other what has ended, and stops them. */
@Injectable()
export class WorkerSupervisor implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Workers');
  private readonly policy = new RestartPolicy(RESTARTS);
  private readonly workers = new Set<Worker>();
  private readonly pauses = new Set<NodeJS.Timeout>();
  private isStopping = false;
  private settings: Record<string, string> = {};

  constructor(
    private readonly config: AppConfig,
    private readonly database: DatabaseServer,
    private readonly hub: WorkerHub,
  ) {}

  /**
   * Resolves with the port when all of them listen.
   * @throws WorkerFailed when one ends before; it has said itself why.
   */
  async start(): Promise<number> {
    const { host, workers } = this.config;
    const port = await findPort(this.config.port, host);
    this.settings = { MONGODB_URI: this.database.uri, PORT: String(port) };
    cluster.schedulingPolicy = cluster.SCHED_RR;
    // What stops one stops all: the first one goes ahead, makes the indexes, and is the only one to complain.
    const first = await this.startOne();
    const others = await Promise.all(Array.from({ length: workers - 1 }, () => this.startOne()));
    for (const worker of [first, ...others]) this.watch(worker);
    return port;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const pause of this.pauses) clearTimeout(pause);
    await Promise.all([...this.workers].map((worker) => this.stop(worker)));
  }

  private fork(): Worker {
    const worker = cluster.fork(this.settings);
    this.workers.add(worker);
    this.hub.attend(worker);
    worker.once('exit', () => this.workers.delete(worker));
    return worker;
  }

  /** For the start of the whole: one that fails ends it. */
  private startOne(): Promise<Worker> {
    const worker = this.fork();
    return new Promise((resolve, reject) => {
      worker.once('listening', () => resolve(worker));
      worker.once('exit', (code: number | null, signal: string | null) =>
        reject(new WorkerFailed(code, signal)),
      );
    });
  }

  private watch(worker: Worker): void {
    const replace = () => {
      if (this.isStopping) return;
      const { exitCode, signalCode } = worker.process;
      this.logger.error(
        `worker ${worker.id} (process ${worker.process.pid}) has ended (${signalCode ?? `exit code ${exitCode}`})`,
      );
      const delay = this.policy.nextDelay(Date.now()) ?? RESTARTS.maxDelayMs;
      const pause = setTimeout(() => {
        this.pauses.delete(pause);
        this.watch(this.fork());
      }, delay);
      this.pauses.add(pause);
    };
    if (worker.isDead()) replace();
    else worker.once('exit', replace);
  }

  private async stop(worker: Worker): Promise<void> {
    if (worker.isDead()) return;
    const ended = once(worker, 'exit');
    const killer = setTimeout(() => {
      this.logger.warn(`worker ${worker.id} does not end, killing it; nothing acknowledged is lost`);
      worker.process.kill('SIGKILL');
    }, STOP_MS);
    worker.process.kill('SIGTERM');
    await ended;
    clearTimeout(killer);
  }
}
