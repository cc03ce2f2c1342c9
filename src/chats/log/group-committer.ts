import { setTimeout as pause } from 'node:timers/promises';

import { UnavailableError } from '../../common/errors/app-error.js';
import type { Append, LogStore } from './group-commit.js';
import { LogActor, type Numbered } from './log-actor.js';

export interface CommitterOptions {
  /** Independent batches in flight; a key always uses the same one, so its order holds. */
  lanes: number;
  /** Rows of one insert at most. */
  maxBatch: number;
  /** Keys kept loaded; the least recently used idle ones go first. */
  maxLoaded: number;
  /** Appends that may wait at once; more are refused with `UNAVAILABLE`. */
  maxWaiting: number;
  /** Pause before the store is asked again after it did not answer. */
  retryDelayMs: number;
  now(): number;
}

interface Drafted<State, Row> {
  actor: LogActor<State, Row>;
  append: Append<State, Row>;
  row: Row;
}

/**
 * Group commit: what arrives while one insert is under way goes into the next one, for all keys of a
 * lane together. Rows are numbered on top of a state that is known to be stored, and inserted in order;
 * the unique place of each row decides between nodes. Why no hole can come of it: docs/adr/0001.
 */
export class GroupCommitter<State extends Numbered<Row>, Row extends { rev: number }> {
  private readonly actors = new Map<string, LogActor<State, Row>>();
  private readonly lanes: { queue: LogActor<State, Row>[]; isRunning: boolean }[];
  private waiting = 0;
  private isClosed = false;

  constructor(
    private readonly store: LogStore<State, Row>,
    private readonly options: CommitterOptions,
  ) {
    this.lanes = Array.from({ length: options.lanes }, () => ({ queue: [], isRunning: false }));
  }

  /** Enqueues; the outcome comes through the append's callbacks, per key in the order of these calls. */
  append(append: Append<State, Row>): void {
    if (this.isClosed || this.waiting >= this.options.maxWaiting)
      return append.failed(new UnavailableError());
    this.waiting += 1;
    const actor = this.actorOf(append.key);
    actor.pending.push(append);
    this.takeTurns(actor);
  }

  /** The state as this node knows it, loaded when it is not; another node may have moved on. */
  async state(key: string): Promise<State> {
    const actor = this.actorOf(key);
    if (actor.state) return actor.state;
    return new Promise((resolve, reject) => {
      actor.readers.push({ resolve, reject });
      this.load(actor);
    });
  }

  /** Resolves once the rows of `key` that are being inserted at this moment are stored, or given up. */
  settled(key: string, rev: number): Promise<void> {
    const actor = this.actors.get(key);
    if (!actor || rev < (actor.unstored[0] ?? Number.POSITIVE_INFINITY)) return Promise.resolve();
    return new Promise((resolve) => actor.settleWaiters.push(resolve));
  }

  /** Refuses what comes from now on and waits for what was accepted. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.waiting > 0) await pause(5);
  }

  private actorOf(key: string): LogActor<State, Row> {
    const known = this.actors.get(key);
    const actor = known ?? new LogActor<State, Row>(key, laneOf(key) % this.lanes.length);
    if (known) this.actors.delete(key); // re-inserting keeps the map in the order of use
    this.actors.set(key, actor);
    if (this.actors.size > this.options.maxLoaded) this.evict();
    return actor;
  }

  private evict(): void {
    for (const [key, actor] of this.actors) {
      if (this.actors.size <= this.options.maxLoaded) return;
      if (actor.isIdle) this.actors.delete(key);
    }
  }

  private load(actor: LogActor<State, Row>): void {
    if (actor.isLoading) return;
    actor.isLoading = true;
    this.store.load(actor.key).then(
      (state) => {
        actor.loaded(state);
        this.takeTurns(actor);
      },
      (error: unknown) => {
        actor.isLoading = false;
        for (const reader of actor.readers.splice(0)) reader.reject(error);
        for (const append of actor.pending.splice(0)) this.fail(append, error);
        this.actors.delete(actor.key);
      },
    );
  }

  /** Puts the actor into its lane's queue once per append that waits, or has it loaded first. */
  private takeTurns(actor: LogActor<State, Row>): void {
    if (!actor.state) return this.load(actor);
    const lane = this.laneAt(actor.lane);
    for (; actor.turns < actor.pending.length; actor.turns += 1) lane.queue.push(actor);
    if (lane.isRunning || lane.queue.length === 0) return;
    lane.isRunning = true;
    // One turn later, so that what arrived in the same turn shares the first batch too.
    setImmediate(() => void this.run(actor.lane));
  }

  private async run(index: number): Promise<void> {
    const lane = this.laneAt(index);
    while (lane.queue.length > 0) {
      let drafted = this.draft(lane.queue.splice(0, this.options.maxBatch));
      while (drafted.length > 0) drafted = await this.insert(drafted);
    }
    lane.isRunning = false;
  }

  private draft(turns: LogActor<State, Row>[]): Drafted<State, Row>[] {
    const drafted: Drafted<State, Row>[] = [];
    for (const actor of turns) {
      actor.turns -= 1;
      if (!actor.state) continue; // lost a race meanwhile: takes its turns again once loaded
      const append = actor.pending.shift() as Append<State, Row>; // one per turn: see takeTurns
      try {
        const row = append.draft(actor.state);
        if (row === null) {
          this.waiting -= 1;
          append.stored(null);
          continue;
        }
        actor.state.apply(row);
        actor.unstored.push(row.rev);
        drafted.push({ actor, append, row });
      } catch (error) {
        this.fail(append, error);
      }
    }
    return drafted;
  }

  /** One round trip; answers what of this batch is still to be inserted. */
  private async insert(drafted: Drafted<State, Row>[]): Promise<Drafted<State, Row>[]> {
    const outcome = await this.store.insert(drafted.map(({ row }) => row));
    for (const { actor, append, row } of drafted.slice(0, outcome.stored)) {
      actor.rowStored();
      this.waiting -= 1;
      append.stored(row);
    }
    const rest = drafted.slice(outcome.stored);
    const loser = rest[0];
    if (outcome.refused === null || !loser) return [];
    if (outcome.refused === 'unknown') return this.settleUnknown(rest);
    // Its rows behind the refused one are numbered on a state that never came to be.
    const ofLoser = rest.filter(({ actor }) => actor === loser.actor);
    if (outcome.refused === 'already-stored') {
      ofLoser.shift();
      this.waiting -= 1;
      loser.append.alreadyStored(outcome.existing);
    }
    loser.actor.invalidate();
    this.again(ofLoser);
    return rest.filter(({ actor }) => actor !== loser.actor);
  }

  /** The store did not answer: what of the batch it has is found by id, the rest is tried again. */
  private async settleUnknown(rest: Drafted<State, Row>[]): Promise<[]> {
    for (const { actor } of rest) actor.invalidate();
    const stored = await this.findStoredPatiently(rest);
    const missing = rest.filter(({ append, row }) => {
      const existing = stored?.get(row);
      if (existing) {
        this.waiting -= 1;
        append.alreadyStored(existing);
      } else if (!stored) this.fail(append, new UnavailableError());
      return stored && !existing;
    });
    this.again(missing);
    return [];
  }

  /** `null` when the store stayed silent past every deadline. */
  private async findStoredPatiently(rest: Drafted<State, Row>[]): Promise<Map<Row, Row> | null> {
    const deadline = Math.max(...rest.map(({ append }) => append.deadlineMs));
    while (this.options.now() <= deadline) {
      await pause(this.options.retryDelayMs);
      try {
        return await this.store.findStored(rest.map(({ row }) => row));
      } catch {
        // still away: the deadline bounds how long we ask
      }
    }
    return null;
  }

  /** Back to the front of their keys' queues, in the order they had. */
  private again(drafted: Drafted<State, Row>[]): void {
    for (const { actor, append } of drafted.toReversed()) {
      if (this.options.now() > append.deadlineMs) this.fail(append, new UnavailableError());
      else actor.pending.unshift(append);
    }
    for (const { actor } of drafted) this.takeTurns(actor);
  }

  private fail(append: Append<State, Row>, error: unknown): void {
    this.waiting -= 1;
    append.failed(error);
  }

  private laneAt(index: number) {
    return this.lanes[index] as (typeof this.lanes)[number]; // indexes come from laneOf() % lanes.length
  }
}

/** Spreads keys over lanes by their last characters: an ObjectId ends in its counter. */
function laneOf(key: string): number {
  return Number.parseInt(key.slice(-4), 16) || 0;
}
