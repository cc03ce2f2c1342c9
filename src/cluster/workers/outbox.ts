import type { Batch } from './frames.js';

/** Sends what one turn of the event loop has to say as one message: a message costs more than what is in it. */
export class Outbox<F> {
  private waiting: F[] = [];

  constructor(private readonly send: (batch: Batch<F>) => void) {}

  add(frame: F): void {
    this.waiting.push(frame);
    if (this.waiting.length === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const parley = this.waiting;
    this.waiting = [];
    this.send({ parley });
  }
}
