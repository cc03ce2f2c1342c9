import { describe, expect, it } from 'vitest';

import { HostQueue } from './host-queue.js';

describe('HostQueue', () => {
  /** Tasks that end when they are told to. */
  function tasks(queue: HostQueue) {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const run = (host: string, name: string) =>
      queue.run(host, async () => {
        started.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        return name;
      });
    const end = async (name: string) => {
      ends.get(name)?.();
      await new Promise(setImmediate);
    };
    return { started, run, end };
  }

  it('should run few at once, and fewer of one host', async () => {
    const { started, run, end } = tasks(new HostQueue({ atOnce: 3, perHost: 2, maxWaiting: 10 }));
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => run(name.charAt(0), name));

    expect(started).toEqual(['a1', 'a2', 'b1']);
    await end('b1');
    expect(started).toEqual(['a1', 'a2', 'b1', 'b2']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2', 'b1', 'b2', 'a3']);
    for (const name of ['a2', 'a3', 'b2', 'c1']) await end(name);

    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
  });

  it('should leave out what comes when too many wait', async () => {
    const { run, end } = tasks(new HostQueue({ atOnce: 1, perHost: 1, maxWaiting: 1 }));
    const [first, second] = [run('a', 'first'), run('b', 'second')];

    expect(await run('c', 'third')).toBeNull();

    await end('first');
    await end('second');
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  });

  it('should go on behind one that fails', async () => {
    const queue = new HostQueue({ atOnce: 1, perHost: 1, maxWaiting: 1 });

    const failing = queue.run('a', () => Promise.reject(new Error('no')));
    const next = queue.run('a', () => Promise.resolve('yes'));

    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
