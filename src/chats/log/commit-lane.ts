import { setImmediate as endOfTurn, setTimeout as pause } from 'node:timers/promises';

import { UnavailableError } from '../../common/errors/app-error.js';
import type { Append, LogStore } from './group-commit.js';
import type { LogActor, Numbered } from './log-actor.js';

export interface LaneOptions {
  /** Rows of one insert at most. */
  maxBatch: number;
  /** Pause before the store is asked again after it did not answer. */
  retryDelayMs: number;
  now(): number;
}

/** How a lane hands back what it can't go on with itself. */
export interface LaneOwner<State, Row> {
  /** The actor has appends to number, or must be loaded first. */
  takeTurns(actor: LogActor<State, Row>): void;
  /** Its next append would write nothing, on a state that may be older than the store's. */
  check(actor: LogActor<State, Row>): void;
  /** One append has left the lane for good. */
  left(): void;
}

interface Drafted<State, Row> {
  actor: LogActor<State, Row>;
  append: Append<State, Row>;
  row: Row;
}

/**
 * One batch at a time: numbers what waits on top of states known to be stored, inserts it in order, and
 * settles each append. What arrives meanwhile, and in the turn behind it, goes into the next batch.
 */
export class CommitLane<State extends Numbered<Row>, Row extends { rev: number }> {
  private readonly queue: LogActor<State, Row>[] = [];
  private isRunning = false;

  constructor(
    private readonly store: LogStore<State, Row>,
    private readonly options: LaneOptions,
    private readonly owner: LaneOwner<State, Row>,
  ) {}

  /** Queues the actor once per append of it that waits. */
  enqueue(actor: LogActor<State, Row>): void {
    for (; actor.turns < actor.pending.length; actor.turns += 1) this.queue.push(actor);
    if (this.isRunning || this.queue.length === 0) return;
    this.isRunning = true;
    // One turn later, so that what arrived in the same turn shares the first batch too.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const doubted = new Set<LogActor<State, Row>>();
      let drafted = this.draft(this.queue.splice(0, this.options.maxBatch), doubted);
      while (drafted.length > 0) drafted = await this.insert(drafted);
      for (const actor of doubted) this.owner.check(actor);
      await this.aWholeTurn();
    }
    this.isRunning = false;
  }

  /**
   * Those who are answered write again, and others have written while they were: all sockets are read once before the
   * next batch. Each batch has a price of its own, for the server and the database; under load twice as many rows share it.
   */
  private async aWholeTurn(): Promise<void> {
    await endOfTurn(); // of the turn under way
    await endOfTurn();
  }

  /** `doubted` gets the actors that must be checked before their next append is told that it writes nothing. */
  private draft(turns: LogActor<State, Row>[], doubted: Set<LogActor<State, Row>>): Drafted<State, Row>[] {
    const drafted: Drafted<State, Row>[] = [];
    for (const actor of turns) {
      actor.turns -= 1;
      // Without a state it takes its turns again once loaded; a failed load has left turns without appends.
      if (!actor.state || actor.pending.length === 0 || doubted.has(actor)) continue;
      const { append, isFresh } = actor.take();
      const { row, refusal } = draftOf(append, actor.state);
      if (row) {
        actor.state.apply(row);
        actor.unstored.push(row.rev);
        drafted.push({ actor, append, row });
      } else if (isFresh && (refusal || actor.unstored.length === 0)) {
        this.leave(actor);
        if (refusal) append.failed(refusal.error);
        else append.stored(null);
      } else {
        actor.putBack(append);
        doubted.add(actor);
      }
    }
    return drafted;
  }

  /** One round trip; answers what of this batch is still to be inserted. */
  private async insert(drafted: Drafted<State, Row>[]): Promise<Drafted<State, Row>[]> {
    const outcome = await this.store.insert(drafted.map(({ row }) => row));
    for (const { actor, append, row } of drafted.slice(0, outcome.stored)) {
      actor.rowStored();
      this.leave(actor);
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
      this.leave(loser.actor);
      loser.append.alreadyStored(outcome.existing);
    }
    loser.actor.invalidate();
    this.again(ofLoser, [loser.actor]);
    return rest.filter(({ actor }) => actor !== loser.actor);
  }

  /** The store did not answer: what of the batch it has is found by id, the rest is tried again. */
  private async settleUnknown(rest: Drafted<State, Row>[]): Promise<[]> {
    for (const { actor } of rest) actor.invalidate();
    const stored = await this.findStoredPatiently(rest);
    const missing = rest.filter(({ actor, append, row }) => {
      const existing = stored?.get(row);
      if (existing) {
        this.leave(actor);
        append.alreadyStored(existing);
      } else if (!stored) this.giveUp(actor, append);
      return stored && !existing;
    });
    this.again(missing, new Set(rest.map(({ actor }) => actor)));
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

  /** Back to the front of their keys' queues, in the order they had; what waits behind them goes on too. */
  private again(drafted: Drafted<State, Row>[], invalidated: Iterable<LogActor<State, Row>>): void {
    for (const { actor, append } of drafted.toReversed()) {
      if (this.options.now() > append.deadlineMs) this.giveUp(actor, append);
      else actor.putBack(append);
    }
    for (const actor of invalidated) if (actor.pending.length > 0) this.owner.takeTurns(actor);
  }

  private giveUp(actor: LogActor<State, Row>, append: Append<State, Row>): void {
    this.leave(actor);
    append.failed(new UnavailableError());
  }

  private leave(actor: LogActor<State, Row>): void {
    actor.underWay -= 1;
    this.owner.left();
  }
}

function draftOf<State, Row>(
  append: Append<State, Row>,
  state: State,
): { row: Row | null; refusal?: { error: unknown } } {
  try {
    return { row: append.draft(state) };
  } catch (error) {
    return { row: null, refusal: { error } };
  }
}
