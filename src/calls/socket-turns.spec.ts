import { beforeEach, describe, expect, it } from 'vitest';

import { SocketTurns } from './socket-turns.js';

describe('SocketTurns', () => {
  let turns: SocketTurns;
  let log: string[];

  beforeEach(() => {
    turns = new SocketTurns();
    log = [];
  });

  /** A task that takes some turns of the event loop. */
  const slow =
    (name: string, length = 3) =>
    async () => {
      log.push(`${name} begins`);
      for (let n = 0; n < length; n += 1) await new Promise(setImmediate);
      log.push(`${name} ends`);
      return name;
    };

  /** Notes what it was given together. */
  const note = async (items: readonly string[]): Promise<PromiseSettledResult<string>[]> => {
    log.push(items.join('+'));
    await new Promise(setImmediate);
    return Promise.allSettled(
      items.map((item) => (item === 'bad' ? Promise.reject(new Error(item)) : Promise.resolve(item))),
    );
  };

  it('should do what one socket asks for one after the other, whatever fails', async () => {
    const failing = turns.run('a', () => Promise.reject(new Error('no')));
    const done = Promise.all([turns.run('a', slow('1', 5)), turns.run('a', slow('2', 1))]);

    await expect(failing).rejects.toThrow('no');
    expect(await done).toEqual(['1', '2']);
    expect(log).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
  });

  it('should let sockets not wait for each other', async () => {
    await Promise.all([turns.run('a', slow('a', 5)), turns.run('b', slow('b', 1))]);

    expect(log).toEqual(['a begins', 'b begins', 'b ends', 'a ends']);
  });

  it('should know who waits, and forget them', async () => {
    const running = turns.run('a', slow('1'));
    expect([turns.isWaiting('a'), turns.isWaiting('b')]).toEqual([true, false]);

    await running;
    await new Promise(setImmediate);

    expect(turns.isWaiting('a')).toBe(false);
  });

  it('should do together what waits together, and nothing across something else', async () => {
    const first = turns.run('a', slow('accept'));
    const results = ['1', '2'].map((item) => turns.runTogether('a', item, note));
    const second = turns.run('a', slow('end'));
    results.push(...['3', '4'].map((item) => turns.runTogether('a', item, note)));

    expect(await Promise.all([first, ...results, second])).toEqual(['accept', '1', '2', '3', '4', 'end']);
    expect(log).toEqual(['accept begins', 'accept ends', '1+2', 'end begins', 'end ends', '3+4']);
  });

  it('should group what comes while a group is under way into the next', async () => {
    const first = turns.runTogether('a', '1', note);
    await Promise.resolve();
    await Promise.resolve();
    const rest = ['2', '3', '4'].map((item) => turns.runTogether('a', item, note));

    expect(await Promise.all([first, ...rest])).toEqual(['1', '2', '3', '4']);
    expect(log).toEqual(['1', '2+3+4']);
  });

  it('should fail those that fail, and no others', async () => {
    const results = await Promise.allSettled(
      ['1', 'bad', '2'].map((item) => turns.runTogether('a', item, note)),
    );

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(log).toEqual(['1+bad+2']);
  });

  it('should wait for all that is under way when the server stops', async () => {
    void turns.run('a', slow('1'));
    void turns.run('a', slow('2'));
    void turns.run('b', slow('3', 9));

    await turns.onApplicationShutdown();

    expect(log.filter((line) => line.endsWith('ends'))).toHaveLength(3);
  });
});
