import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';

import { ClusterNodes } from '../cluster/cluster-nodes.js';
import { Clock, type ClockTimer } from '../common/clock.js';
import { JobLeasesRepository } from './job-leases.repository.js';

/** Longer than any turn of a job should take; after it another node takes over a node that is gone. */
const LEASE_MS = 60_000;

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** Must do no harm when it runs twice: a lease can run out under a node that was stopped for long. */
  run(): Promise<void>;
}

/** Runs jobs again and again, each on one node at a time: the one that holds its lease. */
@Injectable()
export class JobRunner implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(JobRunner.name);
  private readonly holder = this.nodes.nodeId;
  private readonly jobs: Job[] = [];
  private readonly timers = new Map<Job, ClockTimer>();
  private readonly running = new Map<Job, Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly leases: JobLeasesRepository,
    private readonly nodes: ClusterNodes,
    private readonly clock: Clock,
  ) {}

  /** What a dead node was at goes on at once, not only when its leases have run out. */
  onModuleInit(): void {
    this.nodes.onLost(async (nodeId) => {
      await Promise.all(this.jobs.map(({ name }) => this.leases.release(name, nodeId)));
    });
  }

  /** While the modules are made; it starts with the server. */
  add(job: Job): void {
    this.jobs.push(job);
  }

  onApplicationBootstrap(): void {
    for (const job of this.jobs) this.schedule(job);
  }

  /** One turn now, if the lease can be had. Answers whether it ran. */
  async turn(job: Job): Promise<boolean> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    if (!(await this.leases.claim(job.name, { holder: this.holder, now, until }))) return false;
    await job.run();
    return true;
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers.values()) timer.cancel();
    await Promise.all(this.running.values());
    await Promise.all(
      this.jobs.map(({ name }) => this.leases.release(name, this.holder).catch(() => undefined)),
    );
  }

  private schedule(job: Job): void {
    if (this.isStopped) return;
    const start = () => this.running.set(job, this.turnAndGoOn(job));
    this.timers.set(job, this.clock.setTimer(job.everyMs, start));
  }

  /** A turn that fails is logged; the next one comes all the same. */
  private async turnAndGoOn(job: Job): Promise<void> {
    try {
      await this.turn(job);
    } catch (error) {
      this.logger.error(`job ${job.name} failed`, error instanceof Error ? error.stack : String(error));
    }
    this.schedule(job);
  }
}
