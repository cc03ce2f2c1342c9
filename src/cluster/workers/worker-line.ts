import type { SendHandle } from 'node:child_process';
import type { Worker } from 'node:cluster';

import type { Batch, FromPrimary, Telling } from './frames.js';
import { Outbox } from './outbox.js';
import type { RawConnection } from './primary-channel.js';

/** What waits for a worker that stands still: seconds of a busy server, some 30 MB. */
export const MAX_WAITING = 50_000;

/** The line to one worker. What others tell is bounded, and a worker that has missed some is told of it. */
export class WorkerLine {
  /** As which it renews its lease. */
  nodeId: string | null = null;
  private readonly outbox = new Outbox<FromPrimary>((batch) => this.send(batch));
  private waiting = 0;
  private hasMissed = false;

  constructor(private readonly worker: Worker) {}

  get workerId(): number {
    return this.worker.id;
  }

  say(frame: FromPrimary): void {
    this.outbox.add(frame);
  }

  tell(frame: Telling): void {
    if (this.waiting > MAX_WAITING) this.hasMissed = true;
    else this.say(frame);
  }

  /** A connection, which is the worker's from then on. */
  give(message: object, connection: RawConnection): void {
    // A handle as it is, which Node sends too but has no type for.
    this.worker.send(message, connection as unknown as SendHandle, () => connection.close());
  }

  private send(batch: Batch<FromPrimary>): void {
    if (!this.worker.isConnected()) return;
    const { length } = batch.parley;
    this.waiting += length;
    this.worker.send(batch, () => {
      this.waiting -= length;
      if (!this.hasMissed || this.waiting > 0) return;
      this.hasMissed = false;
      this.say({ kind: 'missed' });
    });
  }
}
