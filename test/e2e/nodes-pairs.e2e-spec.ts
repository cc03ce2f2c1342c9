import { setTimeout as pass } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Cluster } from '../support/cluster.js';
import { type Pair, pairsOf } from '../support/conversing-pairs.js';
import { requires } from '../support/requires.js';

const PAIRS = 500;
const EACH = 12;
/** How long Redis is gone while they go on. */
const AWAY_MS = 3000;
const soon = { timeout: 40_000, interval: 100 };

const upTo = (count: number) => Array.from({ length: count }, (_, n) => ({ seq: n + 1, text: `${n + 1}` }));

describe.runIf(requires('redis-server'))(`${PAIRS} pairs split over two nodes`, () => {
  let cluster: Cluster;
  let pairs: Pair[];
  let close: () => void;

  beforeAll(async () => {
    cluster = await Cluster.start(2);
    ({ pairs, close } = await pairsOf(cluster, PAIRS));
  }, 120_000);

  afterAll(async () => {
    close();
    await cluster.stop();
  });

  const missing = (count: number): number =>
    pairs.reduce((sum, { held }) => sum + Math.max(count - held.size, 0), 0);

  async function expectAllStored(count: number): Promise<void> {
    const histories = await Promise.all(pairs.map((pair) => pair.history()));
    for (const history of histories) expect(history).toEqual(upTo(count));
  }

  it('should lose nothing, repeat nothing and keep the order', async () => {
    await Promise.all(pairs.map((pair) => pair.say(EACH)));

    await vi.waitFor(() => expect(missing(EACH)).toBe(0), soon);
    for (const { heard } of pairs) expect(heard).toEqual(upTo(EACH));
    await expectAllStored(EACH);
  }, 60_000);

  it('should miss nothing behind a sync where Redis was away meanwhile', async () => {
    for (const { heard } of pairs) heard.length = 0;
    const before = Promise.all(pairs.map((pair) => pair.say(EACH / 3)));
    await cluster.redis.kill();
    await before;
    await Promise.all([pass(AWAY_MS), ...pairs.map((pair) => pair.say(EACH / 3))]);

    await Promise.all([cluster.redis.run(), ...pairs.map((pair) => pair.say(EACH / 3))]);

    await vi.waitFor(() => expect(missing(2 * EACH)).toBe(0), soon);
    for (const { heard, held, phone, listening } of pairs) {
      for (const device of [phone, listening]) expect(device.all('sync_needed')).not.toEqual([]);
      const seqs = heard.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((one, other) => one - other));
      expect([...held].toSorted(([one], [other]) => one - other)).toEqual(
        upTo(2 * EACH).map(({ seq, text }) => [seq, text]),
      );
    }
    expect(pairs.some(({ heard }) => heard.length < EACH)).toBe(true);
    await expectAllStored(2 * EACH);
  }, 90_000);
});
