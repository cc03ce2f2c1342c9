import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ClusterNodes } from '../../src/cluster/cluster-nodes.js';
import { AppConfig } from '../../src/config/app-config.js';
import { JobLeasesRepository } from '../../src/jobs/job-leases.repository.js';
import { type Job, JobRunner } from '../../src/jobs/job-runner.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { TestClock } from '../support/test-clock.js';

describe('jobs on two nodes', () => {
  let app: TestApp;
  let clock: TestClock;
  let ran: string[];

  beforeAll(async () => {
    app = await createTestApp();
  });

  beforeEach(() => {
    clock = new TestClock();
    ran = [];
  });

  afterAll(() => app.close());

  function node(name: string, run: () => Promise<void> = () => Promise.resolve()) {
    const nodes = new ClusterNodes(null, name, app.app.get(AppConfig), clock);
    const runner = new JobRunner(app.app.get(JobLeasesRepository), nodes, clock);
    const job: Job = {
      name: `test-${expect.getState().currentTestName}`,
      everyMs: 15_000,
      run: () => {
        ran.push(name);
        return run();
      },
    };
    runner.add(job);
    return { runner, job, turn: () => runner.turn(job) };
  }

  it('should run on the one that claims it first, also when both ask at once', async () => {
    const nodes = [node('a'), node('b'), node('c')];

    const answers = await Promise.all(nodes.map(({ turn }) => turn()));

    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(ran).toHaveLength(1);
  });

  it('should stay with its holder, and go over when that one is gone for long', async () => {
    const a = node('a');
    const b = node('b');
    await a.turn();
    clock.advance(50_000);
    expect(await a.turn()).toBe(true);
    clock.advance(50_000);
    expect(await b.turn()).toBe(false);

    clock.advance(10_000);

    expect(await b.turn()).toBe(true);
    expect(await a.turn()).toBe(false);
    expect(ran).toEqual(['a', 'a', 'b']);
  });

  it('should go over at once when its holder stops', async () => {
    const a = node('a');
    const b = node('b');
    await a.turn();

    await a.runner.onApplicationShutdown();

    expect(await b.turn()).toBe(true);
  });

  it('should come again by the clock, also after a turn that failed, until it is stopped', async () => {
    let fails = true;
    const a = node('a', async () => {
      if (fails) throw new Error('for once');
    });
    a.runner.onApplicationBootstrap();
    clock.advance(14_999);
    expect(ran).toEqual([]);

    for (let turns = 1; turns <= 3; turns += 1) {
      await expect
        .poll(() => {
          clock.advance(15_000);
          return ran.length;
        })
        .toBeGreaterThanOrEqual(turns);
      fails = false;
    }
    await a.runner.onApplicationShutdown();

    const before = ran.length;
    clock.advance(60_000);
    expect(ran).toHaveLength(before);
  });
});
