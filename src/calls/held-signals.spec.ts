import { describe, expect, it } from 'vitest';

import { HeldSignals, MAX_HELD_CANDIDATES } from './held-signals.js';
import type { Signal } from './signal.js';

const sent = (signal: Signal, from = 'ann', callId = 'call') => ({ callId, from, signal });

describe('HeldSignals', () => {
  it('should hand over the last offer and the last answer, then the candidates in order, once', () => {
    const held = new HeldSignals();
    for (const signal of [
      { candidate: 1 },
      { offer: 'old' },
      { candidate: null },
      { answer: 'a' },
      { offer: 'new' },
    ])
      held.hold('bob', sent(signal));

    expect(held.take('call', 'bob').map(({ signal }) => signal)).toEqual([
      { offer: 'new' },
      { answer: 'a' },
      { candidate: 1 },
      { candidate: null },
    ]);
    expect(held.take('call', 'bob')).toEqual([]);
  });

  it('should keep senders, receivers and calls apart', () => {
    const held = new HeldSignals();
    held.hold('bob', sent({ offer: 1 }));
    held.hold('bob', sent({ offer: 2 }, 'cleo'));
    held.hold('dan', sent({ offer: 3 }));
    held.hold('bob', sent({ offer: 4 }, 'ann', 'other'));

    expect(held.take('call', 'bob')).toEqual([sent({ offer: 1 }), sent({ offer: 2 }, 'cleo')]);
    expect(held.take('call', 'dan')).toEqual([sent({ offer: 3 })]);
    held.drop('other');
    expect(held.take('other', 'bob')).toEqual([]);
  });

  it('should keep the last candidates of many', () => {
    const held = new HeldSignals();
    for (let n = 1; n <= 1000; n += 1) held.hold('bob', sent({ candidate: n }));

    const kept = held.take('call', 'bob').map(({ signal }) => signal.candidate);

    expect(kept).toEqual(
      Array.from({ length: MAX_HELD_CANDIDATES }, (_, n) => 1000 - MAX_HELD_CANDIDATES + 1 + n),
    );
  });

  it('should hold no more than so much for one call, and than so much for all', () => {
    const held = new HeldSignals();
    const large = { offer: 'x'.repeat(48 * 1024) };
    for (let n = 0; n < 200; n += 1) held.hold(`user ${n}`, sent(large));
    const kept = Array.from({ length: 200 }, (_, n) => held.take('call', `user ${n}`).length);
    expect(kept.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual((4 * 1024) / 48);

    for (let n = 0; n < 2000; n += 1) held.hold('bob', sent(large, 'ann', `call ${n}`));
    const calls = Array.from({ length: 2000 }, (_, n) => held.take(`call ${n}`, 'bob').length);
    expect(calls.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual((64 * 1024) / 48);
    expect(calls.at(-1)).toBe(1);
  });
});
