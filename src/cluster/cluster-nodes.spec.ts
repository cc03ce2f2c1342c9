import 'reflect-metadata';
import { setImmediate as settled } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { TestClock } from '../../test/support/test-clock.js';
import { AppConfig } from '../config/app-config.js';
import { ClusterNodes } from './cluster-nodes.js';
import { NODE_LEASE_MS } from './node-scripts.js';
import { SharedState } from './workers/shared-state.js';
import type { PrimaryChannel } from './workers/primary-channel.js';
import { WorkerLink } from './workers/worker-link.js';

const BEAT_MS = 1000;
const BURIAL_MS = 10_000;
const GRACE_SECONDS = 2;

/** A burial that ends when the test says so. */
interface Burial {
  by: string;
  of: string;
  lastHeardAt: Date;
  done(): void;
  failed(): void;
}

describe('ClusterNodes', () => {
  let clock: TestClock;
  let state: SharedState;
  let burials: Burial[];
  let returns: string[];
  /** Nodes that what keeps the leases does not answer. */
  let cutOff: Set<string>;
  let running: ClusterNodes[];

  beforeEach(() => {
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    clock = new TestClock();
    state = new SharedState(clock);
    [burials, returns, running] = [[], [], []];
    cutOff = new Set();
  });

  afterEach(async () => {
    for (const node of running) await node.beforeApplicationShutdown();
    vi.restoreAllMocks();
  });

  async function start(nodeId: string): Promise<ClusterNodes> {
    const channel = {
      ask: (question: 'renew', ...args: [string, number]) =>
        cutOff.has(nodeId) ? Promise.reject(new Error('away')) : Promise.resolve(state[question](...args)),
      whenLost: () => undefined,
    };
    const config = AppConfig.from({
      NODE_ENV: 'test',
      JWT_SECRET: 'x'.repeat(32),
      PRESENCE_GRACE_SECONDS: String(GRACE_SECONDS),
    });
    const node = new ClusterNodes(
      new WorkerLink(channel as unknown as PrimaryChannel),
      nodeId,
      config,
      clock,
    );
    node.onLost(
      (of, lastHeardAt) =>
        new Promise((resolve, reject) => {
          burials.push({ by: nodeId, of, lastHeardAt, done: resolve, failed: () => reject(new Error('no')) });
        }),
    );
    node.onReturn(async (hasBeenGivenUp) => {
      returns.push(`${nodeId}${hasBeenGivenUp ? ' was given up' : ''}`);
    });
    await node.onModuleInit();
    node.onApplicationBootstrap();
    running.push(node);
    return node;
  }

  /** Second after second, each with what comes of it. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += BEAT_MS) {
      clock.advance(BEAT_MS);
      await settled();
    }
  }

  const whoBuried = () => burials.map(({ by, of }) => `${by}: ${of}`);

  it('should see to a node whose lease has run out, once, and forget it when that is done', async () => {
    await Promise.all([start('a'), start('b')]);
    state.renew('dead', NODE_LEASE_MS);
    const heardAtMs = clock.nowMs();

    await pass(NODE_LEASE_MS - BEAT_MS);
    expect(burials).toEqual([]);
    await pass(3 * BEAT_MS);

    expect(burials).toHaveLength(1);
    const [burial] = burials as [Burial];
    expect(burial.of).toBe('dead');
    expect(Math.abs(burial.lastHeardAt.getTime() - heardAtMs)).toBeLessThan(BEAT_MS);
    burial.done();
    await pass(2 * BURIAL_MS);
    expect(burials).toHaveLength(1);
    expect(state.findLost('c', BURIAL_MS)).toBeNull();
  });

  it('should keep its own lease while it sees to one that takes longer than a lease lasts', async () => {
    const [a] = await Promise.all([start('a'), start('b')]);
    state.renew('dead', NODE_LEASE_MS);

    await pass(NODE_LEASE_MS + 2 * BEAT_MS);
    await pass(2 * NODE_LEASE_MS);

    expect(await a.living()).toEqual(new Set(['a', 'b']));
    expect(whoBuried()).not.toContainEqual(expect.stringMatching(/: [ab]$/));
    expect(returns).toEqual([]);
  });

  it('should leave it to another when it is not done in time', async () => {
    await Promise.all([start('a'), start('b')]);
    state.renew('dead', NODE_LEASE_MS);
    await pass(NODE_LEASE_MS + 2 * BEAT_MS);
    const [first] = whoBuried();

    await pass(BURIAL_MS + BEAT_MS);

    expect(whoBuried()).toEqual([first, first === 'a: dead' ? 'b: dead' : 'a: dead']);
  });

  it('should go on with the next at once when several are gone', async () => {
    await start('a');
    for (const dead of ['one', 'two', 'three']) state.renew(dead, NODE_LEASE_MS);
    await pass(NODE_LEASE_MS + 2 * BEAT_MS);

    for (const n of [0, 1, 2]) {
      expect(whoBuried()).toHaveLength(n + 1);
      burials[n]!.done();
      await settled();
    }

    expect(whoBuried()).toEqual(['a: one', 'a: two', 'a: three']);
    expect(state.living()).toEqual(['a']);
  });

  it('should try again when something failed, and meanwhile not count it as done', async () => {
    await start('a');
    state.renew('dead', NODE_LEASE_MS);
    await pass(NODE_LEASE_MS + 2 * BEAT_MS);

    burials[0]!.failed();
    await pass(NODE_LEASE_MS + 2 * BEAT_MS);

    expect(whoBuried()).toEqual(['a: dead', 'a: dead']);
    burials[1]!.done();
    await pass(2 * BURIAL_MS);
    expect(whoBuried()).toHaveLength(2);
  });

  it('should not forget one that comes back while it is seen to, which hears of it', async () => {
    await start('a');
    await start('b');
    cutOff.add('b');
    await pass(NODE_LEASE_MS + 2 * BEAT_MS);
    expect(whoBuried()).toEqual(['a: b']);

    cutOff.delete('b');
    await pass(BEAT_MS);
    burials[0]!.done();
    await pass(BEAT_MS);

    expect(returns).toEqual(['b was given up']);
    expect(state.living().toSorted()).toEqual(['a', 'b']);
  });

  it('should give nobody up before all had time to come back, where it was cut off itself', async () => {
    await Promise.all([start('a'), start('b')]);
    for (const nodeId of ['a', 'b']) cutOff.add(nodeId);
    await pass(3 * NODE_LEASE_MS);

    cutOff.delete('a');
    await pass(NODE_LEASE_MS - BEAT_MS);
    expect(returns).toEqual(['a']);
    cutOff.delete('b');
    await pass(3 * NODE_LEASE_MS);

    expect(returns).toEqual(['a', 'b']);
    expect(burials).toEqual([]);
  });

  it('should see to nobody any more when it stops, and have its own people time to come back', async () => {
    const [a] = await Promise.all([start('a'), start('b')]);
    await a.beforeApplicationShutdown();
    state.renew('dead', NODE_LEASE_MS);

    await pass(GRACE_SECONDS * 1000);
    expect(burials).toEqual([]);
    await pass(BEAT_MS);

    expect(whoBuried()).toEqual(['b: a']);
    burials[0]!.done();
    await pass(NODE_LEASE_MS);
    expect(whoBuried()).toEqual(['b: a', 'b: dead']);
  });
});
