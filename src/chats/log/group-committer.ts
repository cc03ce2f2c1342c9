import { setTimeout as pause } from 'node:timers/promises';

import { UnavailableError } from '../../common/errors/app-error.js';
import { CommitLane, type LaneOptions } from './commit-lane.js';
import type { Append, LogStore } from './group-commit.js';
import { LogActor, type Numbered } from './log-actor.js';

export interface CommitterOptions extends LaneOptions {
  /** Independent batches in flight; a key always uses the same one, so its order holds. */
  lanes: number;
  /** Keys kept loaded; the least recently used idle ones go first. */
  maxLoaded: number;
  /** Appends that may wait at once; more are refused with `UNAVAILABLE`. */
  maxWaiting: number;
}

/**
 * Group commit: what arrives while one insert is under way goes into the next one, for all keys of a
 * lane together. Rows are numbered on top of a state that is known to be stored, and inserted in order;
 * the unique place of each row decides between nodes. Why no hole can come of it: docs/adr/0001.
 */
export class GroupCommitter<State extends Numbered<Row>, Row extends { rev: number }> {
  private readonly actors = new Map<string, LogActor<State, Row>>();
  private readonly lanes: CommitLane<State, Row>[];
  private waiting = 0;
  private isClosed = false;

  constructor(
    private readonly store: LogStore<State, Row>,
    private readonly options: CommitterOptions,
  ) {
    const owner = {
      takeTurns: (actor: LogActor<State, Row>) => this.takeTurns(actor),
      check: (actor: LogActor<State, Row>) => this.check(actor),
      left: () => {
        this.waiting -= 1;
      },
    };
    this.lanes = Array.from({ length: options.lanes }, () => new CommitLane(store, options, owner));
  }

  /** Enqueues; the outcome comes through the append's callbacks, per key in the order of these calls. */
  append(append: Append<State, Row>): void {
    if (this.isClosed || this.waiting >= this.options.maxWaiting) {
      return append.failed(new UnavailableError());
    }
    this.waiting += 1;
    const actor = this.actorOf(append.key);
    actor.pending.push(append);
    this.takeTurns(actor);
  }

  /** The state where it is loaded. */
  known(key: string): State | null {
    return this.actors.get(key)?.state ?? null;
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

  /**
   * Resolves once the row at `rev` of `key`, if it is just being inserted, is stored or given up.
   */
  settled(key: string, rev: number): Promise<void> {
    const actor = this.actors.get(key);
    if (!actor || rev < (actor.unstored[0] ?? Number.POSITIVE_INFINITY)) return Promise.resolve();
    return new Promise((resolve) => actor.settleWaiters.push(resolve));
  }

  /** Another node may have moved on: loads the state anew when it is next needed. What is under way finds out by itself. */
  forget(key: string): void {
    if (this.actors.get(key)?.isIdle) this.actors.delete(key);
  }

  forgetAll(): void {
    for (const key of this.actors.keys()) this.forget(key);
  }

  /** Refuses what comes from now on and waits for what was accepted. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.waiting > 0) await pause(5);
  }

  private actorOf(key: string): LogActor<State, Row> {
    const known = this.actors.get(key);
    // Far from full the order does not matter yet.
    if (known && this.actors.size * 2 < this.options.maxLoaded) return known;
    const actor = known ?? new LogActor<State, Row>(key, laneOf(key, this.lanes.length));
    if (known) this.actors.delete(key); // re-inserting keeps the map in the order of use
    this.actors.set(key, actor);
    if (this.actors.size > this.options.maxLoaded) this.evict(actor);
    return actor;
  }

  private evict(used: LogActor<State, Row>): void {
    for (const [key, actor] of this.actors) {
      if (this.actors.size <= this.options.maxLoaded) return;
      if (actor.isIdle && actor !== used) this.actors.delete(key);
    }
  }

  private load(actor: LogActor<State, Row>, known?: State): void {
    if (actor.isLoading) return;
    actor.loading();
    this.store.load(actor.key, known).then(
      (state) => {
        actor.loaded(state);
        this.takeTurns(actor);
      },
      (error: unknown) => {
        this.waiting -= actor.loadFailed(error);
        // While appends of this key are under way another actor of it would overtake them.
        if (actor.isIdle) this.actors.delete(actor.key);
      },
    );
  }

  /** Asks the store whether the state still holds before the actor's next append is decided on it. */
  private check(actor: LogActor<State, Row>): void {
    const known = actor.state;
    if (!known) return this.takeTurns(actor);
    actor.state = null;
    this.load(actor, known);
  }

  /** Has the actor's appends numbered, or has it loaded first. */
  private takeTurns(actor: LogActor<State, Row>): void {
    if (actor.state) this.lanes[actor.lane]?.enqueue(actor);
    else this.load(actor);
  }
}

/** Spreads keys over lanes by their last characters: an ObjectId ends in its counter. */
function laneOf(key: string, lanes: number): number {
  return (Number.parseInt(key.slice(-4), 16) || 0) % lanes;
}
