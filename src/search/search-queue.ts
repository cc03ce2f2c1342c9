import { performance } from 'node:perf_hooks';

import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import { DomainEvents } from '../events/domain-events.js';
import { SearchIndexer } from './search-indexer.service.js';

const PAUSE_MS = 1000;
/** After each turn it rests this many times as long as the turn took: sending goes before searching. */
const REST = 9;
const MAX_PAUSE_MS = 10_000;
/**
 * The share of its time that the event loop is at work above which the server has better things to do. Far below 1:
 * the database is as busy as the server is, and an entry is as dear to it as a message.
 */
const BUSY = 0.4;
/** So often in a row a turn is put off; then one is taken whatever the load. */
const MAX_PUT_OFF = 30;
const CHATS_PER_TURN = 50;
const ROWS_PER_TURN = 500;
/** More are left to the job that looks for chats that are behind. */
const MAX_WAITING = 50_000;

/** Chats that have moved on this node are worked into the search index a moment later, a few at a time. */
@Injectable()
export class SearchQueue implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(SearchQueue.name);
  private readonly waiting = new Set<string>();
  private timer: ClockTimer | null = null;
  private running: Promise<void> | null = null;
  private isStopped = false;
  private putOff = 0;
  private load = performance.eventLoopUtilization();

  constructor(
    private readonly indexer: SearchIndexer,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.on('chats.moved', ({ chats }) => this.add(chats.map(({ chatId }) => chatId)));
  }

  add(chatIds: readonly string[]): void {
    for (const chatId of chatIds) {
      if (this.waiting.size < MAX_WAITING) this.waiting.add(chatId);
    }
    this.schedule(PAUSE_MS);
  }

  /** What is under way is finished; what waits is found again after the start. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.running;
  }

  private schedule(ms: number): void {
    if (this.isStopped || this.timer || this.running || this.waiting.size === 0) return;
    this.timer = this.clock.setTimer(ms, () => {
      this.timer = null;
      if (this.hasRoom()) this.running = this.turn();
      else this.schedule(PAUSE_MS);
    });
  }

  /** Since it was asked before. */
  private hasRoom(): boolean {
    const before = this.load;
    this.load = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(this.load, before);
    this.putOff = utilization > BUSY && this.putOff < MAX_PUT_OFF ? this.putOff + 1 : 0;
    return this.putOff === 0;
  }

  private async turn(): Promise<void> {
    const began = this.clock.nowMs();
    const chatIds = [...this.waiting].slice(0, CHATS_PER_TURN);
    for (const chatId of chatIds) this.waiting.delete(chatId);
    try {
      for (const chatId of await this.indexer.catchUp(chatIds, ROWS_PER_TURN)) this.waiting.add(chatId);
    } catch (error) {
      // Searches catch up by themselves; the job brings these chats back.
      this.logger.warn(`${chatIds.length} chats not indexed: ${String(error)}`);
    }
    this.running = null;
    const rest = (this.clock.nowMs() - began) * REST;
    this.schedule(Math.min(Math.max(PAUSE_MS, rest), MAX_PAUSE_MS));
  }
}
