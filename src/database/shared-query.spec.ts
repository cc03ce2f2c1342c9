import { describe, expect, it, vi } from 'vitest';

import { SharedQuery, type SharedQueryOptions } from './shared-query.js';

/** A query whose answers are given by hand. */
function controlled(options: SharedQueryOptions = {}) {
  const asked: { questions: string[]; answer(): void; fail(error: Error): void }[] = [];
  const query = new SharedQuery<string, string>(
    (questions) =>
      new Promise((resolve, reject) => {
        const answers = (question: string) => {
          if (question === 'nobody') throw new Error('not found');
          return `${question}!`;
        };
        asked.push({ questions, answer: () => resolve(answers), fail: reject });
      }),
    options,
  );
  return { query, asked };
}

/** Behind all that was due when it was called. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** Gives the process something to do in every turn, until what it answers is called. */
function keepBusy(): () => void {
  let isBusy = true;
  const work = () => void (isBusy && setImmediate(work));
  work();
  return () => {
    isBusy = false;
  };
}

describe('SharedQuery', () => {
  it('should ask once for all that is asked in one turn, and answer each', async () => {
    const { query, asked } = controlled();
    const answers = Promise.all(['a', 'b', 'a'].map((question) => query.ask(question)));
    await turn();
    asked[0]?.answer();

    expect(await answers).toEqual(['a!', 'b!', 'a!']);
    expect(asked.map(({ questions }) => questions)).toEqual([['a', 'b', 'a']]);
  });

  it('should answer what is asked while a query is under way by one that begins after it', async () => {
    const { query, asked } = controlled();
    const first = query.ask('a');
    await turn();
    const again = [query.ask('a'), query.ask('b')];
    await turn();

    expect(asked).toHaveLength(1);
    asked[0]?.answer();
    await first;
    await turn();
    expect(asked[1]?.questions).toEqual(['a', 'b']);
    asked[1]?.answer();
    expect(await Promise.all(again)).toEqual(['a!', 'b!']);
  });

  it('should remember nothing', async () => {
    const { query, asked } = controlled();
    for (const index of [0, 1]) {
      const answer = query.ask('a');
      await turn();
      asked[index]?.answer();
      await answer;
    }

    expect(asked).toHaveLength(2);
  });

  it('should fail only the question that has no answer', async () => {
    const { query, asked } = controlled();
    const answers = Promise.allSettled(['a', 'nobody'].map((question) => query.ask(question)));
    await turn();
    asked[0]?.answer();

    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('should fail all questions of a query that fails, and go on with the next', async () => {
    const { query, asked } = controlled();
    const failed = Promise.allSettled(['a', 'b'].map((question) => query.ask(question)));
    await turn();
    const next = query.ask('c');
    asked[0]?.fail(new Error('away'));
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);

    await turn();
    asked[1]?.answer();
    expect(await next).toBe('c!');
  });

  it('should ask no more at once than it is told to, the earliest first', async () => {
    const { query, asked } = controlled({ maxQuestions: 2 });
    const answers = Promise.all(['a', 'b', 'c'].map((question) => query.ask(question)));
    await turn();
    asked[0]?.answer();
    await turn();
    asked[1]?.answer();

    await answers;
    expect(asked.map(({ questions }) => questions)).toEqual([['a', 'b'], ['c']]);
  });

  it('should let more share where a crowd comes, and keep nobody waiting who comes alone', async () => {
    const asked: string[][] = [];
    const query = new SharedQuery(
      (questions: string[]) => {
        asked.push(questions);
        return Promise.resolve((question) => question);
      },
      { pause: { ms: 50, crowd: 2 } },
    );

    await query.ask('a');
    await query.ask('b');
    await Promise.all([query.ask('c'), query.ask('d')]);
    await Promise.all([query.ask('e'), turn().then(() => query.ask('f'))]);

    expect(asked).toEqual([['a'], ['b'], ['c', 'd'], ['e', 'f']]);
  });

  it('should wait for no more than have room', async () => {
    const { query, asked } = controlled({ maxQuestions: 2, pause: { ms: 60, crowd: 2 } });
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e'].map((question) => query.ask(question)));
    for (const n of [0, 1]) {
      await turn();
      asked[n]?.answer();
    }
    await turn();
    expect(asked.map(({ questions }) => questions)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);

    await vi.waitUntil(() => asked.length > 2, { interval: 1 });
    asked[2]?.answer();
    expect(await answers).toHaveLength(5);
  });

  it('should let more share for as long as the process is busy, where it is told to', async () => {
    const { query, asked } = controlled({ pause: { ms: 60_000, crowd: 2, isOverWhenIdle: true } });
    const crowd = Promise.all(['a', 'b'].map((question) => query.ask(question)));
    await turn();
    const rest = keepBusy();
    asked[0]?.answer();
    await crowd;
    const next = ['c', 'd'].map((question) => query.ask(question));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toHaveLength(1);

    rest();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    asked[1]?.answer();
    expect(await Promise.all(next)).toEqual(['c!', 'd!']);
  });

  it('should wait no longer than until enough of a crowd are there', async () => {
    const pause = { ms: 60_000, crowd: 2, isOverWhenIdle: true, enough: 3 } as const;
    const { query, asked } = controlled({ pause });
    const crowd = Promise.all(['a', 'b'].map((question) => query.ask(question)));
    await turn();
    const rest = keepBusy();
    asked[0]?.answer();
    await crowd;

    const next = ['c', 'd', 'e'].map((question) => query.ask(question));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    rest();
    asked[1]?.answer();
    expect(await Promise.all(next)).toEqual(['c!', 'd!', 'e!']);
  });
});
