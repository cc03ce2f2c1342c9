import { Clock, type ClockTimer } from '../../src/common/clock.js';

interface Due {
  at: number;
  task: () => void;
}

/** Real time plus what a test adds: `advance` moves on and runs what has come due, in order. */
export class TestClock extends Clock {
  private offset = 0;
  private readonly waiting = new Set<Due>();

  override nowMs(): number {
    return Date.now() + this.offset;
  }

  override setTimer(ms: number, task: () => void): ClockTimer {
    const due: Due = { at: this.nowMs() + ms, task };
    this.waiting.add(due);
    const real = super.setTimer(ms, () => this.run(due));
    return {
      cancel: () => {
        real.cancel();
        this.waiting.delete(due);
      },
    };
  }

  advance(ms: number): void {
    this.offset += ms;
    const now = this.nowMs();
    const come = [...this.waiting].filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
    for (const due of come) this.run(due);
  }

  private run(due: Due): void {
    if (this.waiting.delete(due)) due.task();
  }
}
