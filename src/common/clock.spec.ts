import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Clock } from './clock.js';

const DAY = 86_400_000;

describe('Clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('should run a task once, when it is due', () => {
    const task = vi.fn<() => void>();
    new Clock().setTimer(1000, task);

    vi.advanceTimersByTime(999);
    expect(task).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(DAY);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('should wait longer than the timers of Node can', () => {
    const task = vi.fn<() => void>();
    new Clock().setTimer(100 * DAY, task);

    vi.advanceTimersByTime(100 * DAY - 1);
    expect(task).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('should run no task that was cancelled, also in the middle of a long wait', () => {
    const task = vi.fn<() => void>();
    const timers = [new Clock().setTimer(1000, task), new Clock().setTimer(100 * DAY, task)];
    timers[0]?.cancel();
    vi.advanceTimersByTime(50 * DAY);
    timers[1]?.cancel();

    vi.advanceTimersByTime(100 * DAY);

    expect(task).not.toHaveBeenCalled();
  });

  it('should not mind a cancel behind the end', () => {
    const timer = new Clock().setTimer(0, () => undefined);
    vi.advanceTimersByTime(1);

    expect(() => timer.cancel()).not.toThrow();
  });

  it('should tell the time', () => {
    vi.setSystemTime(1234);

    expect(new Clock().nowMs()).toBe(1234);
    expect(new Clock().now()).toEqual(new Date(1234));
  });
});
