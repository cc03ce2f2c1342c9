import { describe, expect, it } from 'vitest';

import { RecentSends } from './recent-sends.js';

describe('RecentSends', () => {
  const recent = new RecentSends();

  it('should remember a send by what it was last said to be, until it is refused', () => {
    const sending = new Promise<never>(() => undefined);
    recent.set('a', sending);
    expect(recent.find('a')).toBe(sending);

    recent.set('a', 'its id');
    expect(recent.find('a')).toBe('its id');

    recent.forget('a');
    expect(recent.find('a')).toBeUndefined();
  });

  it('should remember a thousand of the last moments, and not all that ever were', () => {
    for (let n = 0; n < 20_000; n += 1) recent.set(`send ${n}`, String(n));

    const known = Array.from({ length: 20_000 }, (_, n) => n).filter(
      (n) => recent.find(`send ${n}`) !== undefined,
    );
    expect(known[0]).toBe(20_000 - known.length);
    expect(known.length).toBeGreaterThan(1000);
    expect(known.length).toBeLessThan(2100);
  });

  it('should forget what has grown old meanwhile', () => {
    recent.set('old', 'its id');
    for (let n = 0; n < 5000; n += 1) recent.set(`later ${n}`, String(n));

    recent.forget('old');

    expect(recent.find('old')).toBeUndefined();
  });
});
