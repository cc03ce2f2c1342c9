import { setTimeout as pass } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Cluster } from '../support/cluster.js';
import { type Pair, pairsOf } from '../support/conversing-pairs.js';
import { requires } from '../support/requires.js';

const PAIRS = 40;
/** Real time, as Redis and the nodes' connections to it know no other. */
const AWAY_MS = 60_000;
/** From the first answer of Redis; on a busy machine also what reading all of it back takes without any outage. */
const CATCH_UP_MS = 3000;
const PAUSE_MS = 500;

async function timeOf(task: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await task();
  return performance.now() - since;
}

describe.runIf(requires('redis-server'))('a Redis that is away for a minute', () => {
  let cluster: Cluster;
  let pairs: Pair[];
  let close: () => void;
  const end = new AbortController();

  beforeAll(async () => {
    cluster = await Cluster.start(2, { RATE_LIMITS: 'on' });
    ({ pairs, close } = await pairsOf(cluster, PAIRS));
    await Promise.all(pairs.map((pair) => pair.say(4).then(() => pair.sync())));
  }, 120_000);

  afterAll(async () => {
    end.abort();
    close();
    await cluster.stop();
  });

  /** One after the other, without an end, whatever becomes of Redis. */
  async function chatter(pair: Pair): Promise<void> {
    while (!end.signal.aborted) await pair.say(1).then(() => pass(PAUSE_MS));
  }

  const ackedNow = (): number[] => pairs.map(({ acked }) => acked);

  /** Pairs whose listener does not hold all that was acked up to then. */
  const lacking = (counts: number[]): number =>
    pairs.filter(({ held }, n) => Array.from({ length: counts[n]! }).some((_, m) => !held.has(m + 1))).length;

  it(
    'should cost nothing that was acked, and be caught up with as soon as it answers',
    async () => {
      const chatting = Promise.all(pairs.map(chatter));
      await cluster.redis.kill();
      await Promise.race([pass(AWAY_MS), chatting]);
      expect(lacking(ackedNow())).toBe(PAIRS);
      const readingMs = await timeOf(() => Promise.all(pairs.map((pair) => pair.history())));

      await cluster.redis.run();
      await cluster.redis.ping();
      const acked = ackedNow();
      const tookMs = await timeOf(() =>
        vi.waitFor(() => expect(lacking(acked)).toBe(0), { timeout: 60_000, interval: 10 }),
      );

      for (const { phone, listening } of pairs)
        for (const device of [phone, listening]) expect(device.all('sync_needed')).not.toEqual([]);
      expect(tookMs).toBeLessThan(CATCH_UP_MS + readingMs);
      end.abort();
      await chatting;
    },
    AWAY_MS + 120_000,
  );

  it('should leave one server behind', async () => {
    for (const { heard } of pairs) heard.length = 0;

    await Promise.all(pairs.map((pair) => pair.say(1)));

    await vi.waitFor(
      () => expect(pairs.map(({ heard }) => heard.at(-1)?.seq)).toEqual(pairs.map(({ acked }) => acked)),
      { timeout: 10_000 },
    );
    for (const pair of pairs) {
      const history = await pair.history();
      expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: pair.acked }, (_, n) => n + 1));
      expect([...pair.held.keys()].toSorted((x, y) => x - y)).toEqual(history.map(({ seq }) => seq));
    }
  }, 60_000);
});
