import { describe, expect, it } from 'vitest';

import { RestartPolicy } from './restart-policy.js';

const options = { maxCrashes: 4, windowMs: 60_000, firstDelayMs: 50, maxDelayMs: 500 };

describe('RestartPolicy', () => {
  it('should wait longer after each crash, up to a bound', () => {
    const policy = new RestartPolicy(options);

    expect([0, 1, 2].map((now) => policy.nextDelay(now))).toEqual([50, 200, 500]);
  });

  it('should give up after too many crashes in the window', () => {
    const policy = new RestartPolicy(options);

    [0, 1000, 2000].forEach((now) => policy.nextDelay(now));

    expect(policy.nextDelay(3000)).toBeNull();
  });

  it('should forget crashes of long ago', () => {
    const policy = new RestartPolicy(options);

    [0, 1000, 2000].forEach((now) => policy.nextDelay(now));

    expect(policy.nextDelay(70_000)).toBe(50);
  });
});
