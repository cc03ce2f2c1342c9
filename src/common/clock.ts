import { Injectable } from '@nestjs/common';

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
    const handle = setTimeout(task, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  }
}
