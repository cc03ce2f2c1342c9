import { describe, expect, it } from 'vitest';

import { BoundedQueue } from './bounded-queue.js';

/** A task that ends when the test says so. */
function held() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { ended, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('BoundedQueue', () => {
  it('should run no more than its number at once, in the order of asking', async () => {
    const queue = new BoundedQueue(2, 10, () => new Error('full'));
    const tasks = [held(), held(), held(), held()];
    const started: number[] = [];

    const runs = tasks.map((task, i) =>
      queue.run(async () => {
        started.push(i);
        await task.ended;
        return i;
      }),
    );
    await settled();
    expect(started).toEqual([0, 1]);
    tasks[1]!.end();
    await settled();
    expect(started).toEqual([0, 1, 2]);
    for (const task of tasks) task.end();

    expect(await Promise.all(runs)).toEqual([0, 1, 2, 3]);
  });

  it('should refuse who would wait as one too many, and take the next one when there is room', async () => {
    const queue = new BoundedQueue(1, 1, () => new Error('full'));
    const task = held();
    const running = queue.run(() => task.ended);
    const waiting = queue.run(async () => 'waited');

    await expect(queue.run(async () => 'never')).rejects.toThrow('full');

    task.end();
    await running;
    expect(await waiting).toBe('waited');
    expect(await queue.run(async () => 'later')).toBe('later');
  });

  it('should go on after a task that fails', async () => {
    const queue = new BoundedQueue(1, 5, () => new Error('full'));

    const failing = queue.run(() => Promise.reject(new Error('broken')));
    const next = queue.run(async () => 'fine');

    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
  });
});
