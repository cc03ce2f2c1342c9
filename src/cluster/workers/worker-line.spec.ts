import type { Worker } from 'node:cluster';

import { describe, expect, it } from 'vitest';

import type { Batch, FromPrimary, Telling } from './frames.js';
import { MAX_WAITING, WorkerLine } from './worker-line.js';

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));
const telling = (text: string): Telling => ({ kind: 'tell', topic: 'emits', text });

/** A worker that takes what it is sent when the test lets it. */
class StillWorker {
  readonly sent: Batch<FromPrimary>[] = [];
  private readonly taken: (() => void)[] = [];
  readonly id = 1;

  isConnected(): boolean {
    return true;
  }

  send(batch: Batch<FromPrimary>, done: () => void): boolean {
    this.sent.push(batch);
    this.taken.push(done);
    return true;
  }

  move(): void {
    for (const done of this.taken.splice(0)) done();
  }

  get frames(): FromPrimary[] {
    return this.sent.flatMap(({ parley }) => parley);
  }
}

describe('WorkerLine', () => {
  it('should send what one turn of the event loop has to say at once, in its order', async () => {
    const worker = new StillWorker();
    const line = new WorkerLine(worker as unknown as Worker);

    for (const text of ['a', 'b', 'c']) line.tell(telling(text));
    await turn();

    expect(worker.sent).toEqual([{ parley: [telling('a'), telling('b'), telling('c')] }]);
  });

  it('should keep no more than a bound for a worker that stands still, and tell it of the gap', async () => {
    const worker = new StillWorker();
    const line = new WorkerLine(worker as unknown as Worker);
    for (let n = 0; n <= MAX_WAITING; n += 1) line.tell(telling('kept'));
    await turn();

    line.tell(telling('lost'));
    line.say({ kind: 'loss' });
    await turn();
    expect(worker.frames.slice(MAX_WAITING + 1)).toEqual([{ kind: 'loss' }]);
    worker.move();
    await turn();
    line.tell(telling('again'));
    await turn();

    expect(worker.frames.slice(MAX_WAITING + 1)).toEqual([
      { kind: 'loss' },
      { kind: 'missed' },
      telling('again'),
    ]);
  });
});
