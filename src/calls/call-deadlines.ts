import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';

import { ClusterNodes } from '../cluster/cluster-nodes.js';
import { NODE_LEASE_MS } from '../cluster/node-scripts.js';
import { Clock, type ClockTimer } from '../common/clock.js';
import { CallNews } from './call-news.js';
import { CallSeating } from './call-seating.js';
import { isCalled, isLive, seatOf, userIdsIn, visibleTo } from './call-seats.js';
import { type Change, CallStore } from './call-store.js';
import { CallTimers } from './call-timers.js';
import { CallTraces } from './call-traces.js';
import { expire } from './call-transitions.js';
import type { CallDevice, CallRecord } from './call.record.js';
import { CallsRepository } from './calls.repository.js';

const BATCH = 100;

/**
 * What happens to calls by itself. To the moment by timers, and in any case by the sweep: deadlines stand in
 * the calls, so they hold through restarts, and any node may carry them out.
 */
@Injectable()
export class CallDeadlines implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(CallDeadlines.name);
  private readonly underWay = new Set<Promise<void>>();
  private isRecovered = false;
  private check: ClockTimer | null = null;

  constructor(
    private readonly calls: CallsRepository,
    private readonly store: CallStore,
    private readonly seating: CallSeating,
    private readonly timers: CallTimers,
    private readonly news: CallNews,
    private readonly traces: CallTraces,
    private readonly nodes: ClusterNodes,
    private readonly clock: Clock,
  ) {
    timers.onDue((callId) => this.follow(this.runById(callId)));
  }

  onModuleInit(): void {
    // With the devices of a dead node its timers are gone too: those of all calls are set here.
    this.nodes.onLost((nodeId) => this.recover((device) => device.nodeId === nodeId, false));
    // Nodes that died while Redis was away are known to nobody: whoever is not back in time is one of them.
    this.nodes.onReturn(async () => {
      this.check?.cancel();
      this.check = this.clock.setTimer(2 * NODE_LEASE_MS, () => this.follow(this.recoverFromUnknown()));
    });
  }

  /**
   * Devices of nodes that are gone are lost: their people have the usual grace, from now on, to come back. What the
   * server could not say any more in the chats is said now: the job that sweeps may have to wait until its lease has
   * run out.
   */
  async onApplicationBootstrap(): Promise<void> {
    const living = await this.nodes.living();
    const isGone = ({ nodeId }: CallDevice) => !(living ?? new Set([this.nodes.nodeId])).has(nodeId);
    // Alone: nobody has counted the time of those who were lost before; it may have run out meanwhile.
    await this.recover(isGone, living === null || living.size === 1);
    this.isRecovered = true;
    await this.traces
      .repair(0)
      .catch((error: unknown) => this.logger.warn(`traces of calls wait for the sweep: ${String(error)}`));
  }

  /** Everything that is overdue, and the traces that are missing. */
  async sweep(): Promise<void> {
    if (!this.isRecovered) return;
    for (const call of await this.calls.findDue(this.clock.now(), BATCH)) await this.run(call);
    await this.traces.repair();
  }

  async onApplicationShutdown(): Promise<void> {
    this.check?.cancel();
    await Promise.all(this.underWay);
  }

  private async recover(isGone: (device: CallDevice) => boolean, isAnew: boolean): Promise<void> {
    let page: CallRecord[] = [];
    do {
      page = await this.calls.findLivePage(page.at(-1)?.chatId ?? null, BATCH);
      // Only then is their time counted: it may have run out while there was no server to come back to.
      for (const call of page) this.timers.arm(await this.seating.loseGone(call, { isGone, isAnew }));
    } while (page.length === BATCH);
  }

  private async recoverFromUnknown(): Promise<void> {
    try {
      const living = await this.nodes.living();
      if (living) await this.recover(({ nodeId }) => !living.has(nodeId), false);
    } catch (error) {
      this.logger.warn(`calls not looked through: ${String(error)}`); // Redis is away anew, and will be back
    }
  }

  private follow(run: Promise<void>): void {
    const done = run.finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  private async runById(callId: string): Promise<void> {
    try {
      const call = await this.calls.findById(callId);
      if (call) await this.run(call);
    } catch (error) {
      this.logger.warn(`the deadline of call ${callId} waits for the next sweep: ${String(error)}`);
    }
  }

  private async run(call: CallRecord): Promise<void> {
    const change = await this.store.change(call, (latest) => expire(latest, this.clock.now()));
    if (change.after === change.before) return this.timers.arm(change.after);
    this.tell(change);
    await this.traces.leave(change.after);
  }

  private tell(change: Change): void {
    const { before, after } = change;
    if (after.state === 'missed') return this.news.missed(after, visibleTo(after));
    const leftAt = (userId: string) => seatOf(after, userId)?.leftAt;
    const lost = before.seats.filter(
      ({ userId, graceUntil: until }) => until && until <= (leftAt(userId) ?? 0),
    );
    const [first] = lost;
    if (!isLive(after) && first) return this.news.ended(change, { userId: first.userId, reason: 'failed' });
    for (const { userId } of lost) this.news.ended(change, { userId, reason: 'failed' });
    const wasCalled = (userId: string) => isCalled(seatOf(before, userId)?.state ?? 'left');
    this.news.missed(after, userIdsIn(after, 'missed').filter(wasCalled));
    return undefined;
  }
}
