import { beforeEach, describe, expect, it } from 'vitest';

import { TestClock } from '../../../test/support/test-clock.js';
import { NODE_LEASE_MS } from '../node-scripts.js';
import { SharedState } from './shared-state.js';

const CLAIM_MS = 10_000;

describe('SharedState', () => {
  let clock: TestClock;
  let state: SharedState;

  beforeEach(() => {
    clock = new TestClock();
    state = new SharedState(clock);
    for (const node of ['a', 'b', 'c']) state.renew(node, NODE_LEASE_MS);
  });

  it('should know the first and the last of all nodes that somebody is on', () => {
    expect(state.hold('a', ['ann', 'bob'])).toEqual(['ann', 'bob']);
    expect(state.hold('b', ['ann'])).toEqual([]);
    expect(state.heldAmong(['ann', 'bob', 'cat'])).toEqual(['ann', 'bob']);
    expect(state.release('a', ['ann', 'bob'])).toEqual(['bob']);
    expect(state.release('b', ['ann'])).toEqual(['ann']);
    expect(state.heldAmong(['ann', 'bob'])).toEqual([]);
  });

  it('should say nothing of somebody who is held twice', () => {
    state.hold('a', ['ann']);

    expect(state.hold('a', ['ann'])).toEqual([]);
    expect(state.heldBy('a')).toEqual(['ann']);
  });

  it('should give up a node whose process has ended at once, and to one other alone', () => {
    clock.advance(1000);
    const endsAtMs = clock.nowMs();
    state.end('a');
    const endedAtMs = clock.nowMs();

    expect(state.living()).toEqual(['b', 'c']);
    const lost = state.findLost('b', CLAIM_MS);
    expect(lost?.nodeId).toBe('a');
    expect(lost?.lastHeardAtMs).toBeGreaterThanOrEqual(endsAtMs);
    expect(lost?.lastHeardAtMs).toBeLessThanOrEqual(endedAtMs);
    expect(state.findLost('c', CLAIM_MS)).toBeNull();
  });

  it('should give it to another when the one that sees to it does not', () => {
    state.end('a');
    state.findLost('b', CLAIM_MS);

    clock.advance(CLAIM_MS + 1);
    state.renew('c', NODE_LEASE_MS);

    expect(state.findLost('c', CLAIM_MS)).toMatchObject({ nodeId: 'a' });
  });

  it('should see to a second node while another sees to the first', () => {
    state.end('a');
    state.findLost('b', CLAIM_MS);
    state.end('b');

    expect(state.findLost('c', CLAIM_MS)).toMatchObject({ nodeId: 'b' });
  });

  it('should take its users in parts, and name those who are on no other node', () => {
    state.hold('a', ['ann', 'bob', 'cat']);
    state.hold('b', ['bob']);
    state.end('a');

    expect(state.takeFrom('a', 2)).toEqual({ count: 2, offline: ['ann'] });
    expect(state.takeFrom('a', 2)).toEqual({ count: 1, offline: ['cat'] });
    expect(state.takeFrom('a', 2)).toEqual({ count: 0, offline: [] });
    state.forget('a');
    expect(state.findLost('b', CLAIM_MS)).toBeNull();
  });

  it('should take nobody from a node that lives, nor forget it', () => {
    state.hold('a', ['ann']);

    expect(state.takeFrom('a', 10)).toEqual({ count: 0, offline: [] });
    state.forget('a');
    expect(state.living()).toContain('a');
  });

  it('should tell one that stood still, and lives, that it was given up', () => {
    clock.advance(NODE_LEASE_MS + 1);
    state.renew('b', NODE_LEASE_MS);
    expect(state.findLost('b', CLAIM_MS)).toMatchObject({ nodeId: 'a' });

    expect(state.renew('a', NODE_LEASE_MS)).toEqual({ isNew: false, hasBeenGivenUp: true });
    expect(state.renew('a', NODE_LEASE_MS)).toEqual({ isNew: false, hasBeenGivenUp: false });
  });

  it('should leave those of a node that stops the time to come back', () => {
    state.hold('a', ['ann']);
    state.leave('a', 2000);
    state.end('a');

    expect(state.findLost('b', CLAIM_MS)).toBeNull();
    clock.advance(2001);
    expect(state.findLost('b', CLAIM_MS)).toMatchObject({ nodeId: 'a' });
  });
});
