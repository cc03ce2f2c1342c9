import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { SeededRandom } from '../support/seeded-random.js';
import { SyncProof } from '../support/sync/sync-proof.js';
import { SyncWorld } from '../support/sync/sync-world.js';

const ROUNDS = 2;
const STEPS = 90;
const STEPS_BETWEEN_PROOFS = 30;

/** `SEED=n` repeats a round. */
describe('a device that comes back', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({
      RATE_LIMITS: 'off',
      JWT_EXPIRES_IN: '3650d',
      REFRESH_EXPIRES_IN: '3650d',
      EDIT_WINDOW_MINUTES: '20000',
    });
  });

  afterAll(() => app.close());

  for (const seed of SeededRandom.seeds(ROUNDS)) {
    it(`should hold what one holds that never left, and what one reads that is new (SEED=${seed})`, async () => {
      const random = new SeededRandom(seed);
      const world = await SyncWorld.create(app, random);
      const proof = new SyncProof(world);

      for (let step = 1; step <= STEPS; step += 1) {
        await proof.step();
        if (step % STEPS_BETWEEN_PROOFS === 0) await proof.assertAll();
      }

      expect(world.done.size, 'kinds of acts').toBeGreaterThan(15);
      for (const device of world.devices) device.switchOff();
    }, 90_000);
  }
});
