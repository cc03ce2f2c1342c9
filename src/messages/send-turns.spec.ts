import { describe, expect, it } from 'vitest';

import { SendTurns } from './send-turns.js';

function deferred(): {
  promise: Promise<string>;
  resolve: (value: string) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('SendTurns', () => {
  it('should let each go after the one before, whichever is prepared sooner', async () => {
    const turns = new SendTurns();
    const [first, third] = [deferred(), deferred()];
    const gone: string[] = [];
    const go = async (what: string) => {
      gone.push(what);
      return what;
    };

    const all = [
      turns.run('chat', first.promise, go),
      turns.run('chat', 'two', go),
      turns.run('chat', third.promise, go),
      turns.run('chat', 'four', go),
    ];
    await turns.run('elsewhere', 'at once', go);
    third.resolve('three');
    first.resolve('one');

    expect(await Promise.all(all)).toEqual(['one', 'two', 'three', 'four']);
    expect(gone).toEqual(['at once', 'one', 'two', 'three', 'four']);
  });

  it('should not wait for what comes of the one before, but for its going', async () => {
    const turns = new SendTurns();
    const stored = deferred();

    const one = turns.run('chat', Promise.resolve('one'), () => stored.promise);
    const two = turns.run('chat', 'two', async (what) => what);

    expect(await two).toBe('two');
    stored.resolve('stored');
    expect(await one).toBe('stored');
  });

  it('should go on behind one that fails, and fail it alone', async () => {
    const turns = new SendTurns();
    const first = deferred();

    const one = turns.run('chat', first.promise, async (what) => what);
    const two = turns.run('chat', 'two', async (what) => what);
    first.reject(new Error('gone'));

    await expect(one).rejects.toThrow('gone');
    await expect(two).resolves.toBe('two');
  });

  it('should go at once when nothing is under way', () => {
    const turns = new SendTurns();
    const gone: string[] = [];

    void turns.run('chat', 'one', async (what) => gone.push(what));

    expect(gone).toEqual(['one']);
  });
});
