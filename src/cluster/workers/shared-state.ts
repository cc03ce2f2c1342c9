import type { Clock } from '../../common/clock.js';
import type { LostNode, Renewal, TakenUsers } from '../cluster-link.js';
import { NODE_LEASE_MS } from '../node-scripts.js';

interface Lease {
  untilMs: number;
  /** It said so itself: the lease holds although the process has ended. */
  isLeaving: boolean;
  /** When its process ended. */
  endedAtMs?: number;
  /** Who sees to its end, and until when. */
  claim?: { nodeId: string; untilMs: number };
}

/** What the primary keeps for its workers: the same as Redis keeps for nodes, step by step, in memory. */
export class SharedState {
  private readonly leases = new Map<string, Lease>();
  private readonly givenUp = new Set<string>();
  private readonly usersOf = new Map<string, Set<string>>();
  private readonly nodesOf = new Map<string, Set<string>>();

  constructor(private readonly clock: Clock) {}

  renew(nodeId: string, leaseMs: number): Renewal {
    const isNew = !this.leases.has(nodeId);
    this.leases.set(nodeId, { untilMs: this.clock.nowMs() + leaseMs, isLeaving: false });
    return { isNew, hasBeenGivenUp: this.givenUp.delete(nodeId) };
  }

  leave(nodeId: string, afterMs: number): void {
    this.leases.set(nodeId, { untilMs: this.clock.nowMs() + afterMs, isLeaving: true });
  }

  /** Its process is gone: nobody has to wait for the lease to run out. */
  end(nodeId: string): void {
    const lease = this.leases.get(nodeId);
    if (!lease) return;
    const now = this.clock.nowMs();
    lease.endedAtMs = now;
    if (!lease.isLeaving) lease.untilMs = Math.min(lease.untilMs, now - 1);
  }

  living(): string[] {
    const now = this.clock.nowMs();
    return [...this.leases].filter(([, { untilMs }]) => untilMs >= now).map(([nodeId]) => nodeId);
  }

  findLost(nodeId: string, claimMs: number): LostNode | null {
    const now = this.clock.nowMs();
    for (const [lost, lease] of this.leases) {
      const isClaimed = lease.claim && lease.claim.nodeId !== nodeId && lease.claim.untilMs > now;
      if (lease.untilMs >= now || isClaimed) continue;
      lease.claim = { nodeId, untilMs: now + claimMs };
      // One that has ended will not come back to hear of it.
      if (lease.endedAtMs === undefined) this.givenUp.add(lost);
      return { nodeId: lost, lastHeardAtMs: lease.endedAtMs ?? lease.untilMs - NODE_LEASE_MS };
    }
    return null;
  }

  forget(nodeId: string): void {
    const lease = this.leases.get(nodeId);
    if (lease && lease.untilMs < this.clock.nowMs()) this.leases.delete(nodeId);
  }

  hold(nodeId: string, userIds: readonly string[]): string[] {
    if (!this.leases.has(nodeId)) this.renew(nodeId, NODE_LEASE_MS);
    const own = setIn(this.usersOf, nodeId);
    return userIds.filter((userId) => {
      const holders = setIn(this.nodesOf, userId);
      const isFirst = holders.size === 0;
      holders.add(nodeId);
      own.add(userId);
      return isFirst;
    });
  }

  release(nodeId: string, userIds: readonly string[]): string[] {
    return userIds.filter((userId) => {
      remove(this.usersOf, nodeId, userId);
      remove(this.nodesOf, userId, nodeId);
      return !this.nodesOf.has(userId);
    });
  }

  heldBy(nodeId: string): string[] {
    return [...(this.usersOf.get(nodeId) ?? [])];
  }

  takeFrom(nodeId: string, max: number): TakenUsers {
    const lease = this.leases.get(nodeId);
    if (lease && lease.untilMs >= this.clock.nowMs()) return { count: 0, offline: [] };
    const taken: string[] = [];
    for (const userId of this.usersOf.get(nodeId) ?? []) {
      if (taken.length === max) break;
      taken.push(userId);
    }
    return { count: taken.length, offline: this.release(nodeId, taken) };
  }

  heldAmong(userIds: readonly string[]): string[] {
    return userIds.filter((userId) => this.nodesOf.has(userId));
  }
}

function setIn(sets: Map<string, Set<string>>, key: string): Set<string> {
  let found = sets.get(key);
  if (!found) sets.set(key, (found = new Set()));
  return found;
}

function remove(sets: Map<string, Set<string>>, key: string, value: string): void {
  const found = sets.get(key);
  if (found?.delete(value) && found.size === 0) sets.delete(key);
}
