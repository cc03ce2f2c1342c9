import { Injectable } from '@nestjs/common';

/** The longest that Node's own timers can wait; beyond it they fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A running timer of the clock; `cancel()` after it has fired does nothing. */
export interface ClockTimer {
  cancel(): void;
}

/**
 * The only source of time in the server: what reads the hour or waits asks here, so that a test
 * fast-forwards instead of sleeping. Times are UTC; durations are milliseconds.
 */
@Injectable()
export class Clock {
  now(): Date {
    return new Date(this.nowMs());
  }

  nowMs(): number {
    return Date.now();
  }

  /** Runs `task` once, `ms` from now. Never keeps the process alive by itself. */
  setTimer(ms: number, task: () => void): ClockTimer {
    const due = this.nowMs() + ms;
    let handle: NodeJS.Timeout;
    const wait = () => {
      const rest = due - this.nowMs();
      const isLast = rest <= MAX_TIMEOUT_MS;
      handle = setTimeout(isLast ? task : wait, isLast ? rest : MAX_TIMEOUT_MS).unref();
    };
    wait();
    return { cancel: () => clearTimeout(handle) };
  }
}
