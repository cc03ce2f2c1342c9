import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { NotFoundError, UnavailableError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import { CallDevices } from './call-devices.js';
import { CallTimers } from './call-timers.js';
import type { CallRecord } from './call.record.js';
import { CallsRepository, type Obstacle } from './calls.repository.js';
import { HeldSignals } from './held-signals.js';
import { isLive } from './call-seats.js';

/** Losing so often in a row takes more people than a call can hold. */
export const MAX_TRIES = 50;

/** Somebody would be in two live calls at once. */
export class PersonTakenError extends Error {}

export interface Change {
  readonly before: CallRecord;
  /** The same as `before` where there was nothing to change. */
  readonly after: CallRecord;
}

/**
 * The one way to change calls: from one version to the next, whoever else is at it. What this node keeps in
 * memory about a call follows in the same turn in which the write is known to have won.
 */
@Injectable()
export class CallStore implements OnModuleInit {
  private readonly versions = new LRUCache<string, number>({ max: 10_000 });
  /** Which of this node's calls each one is. */
  private readonly numbers = new LRUCache<string, number>({ max: 10_000 });
  private begun = 0;

  constructor(
    private readonly calls: CallsRepository,
    private readonly timers: CallTimers,
    private readonly devices: CallDevices,
    private readonly held: HeldSignals,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.onAnywhere('call.changed', ({ callId, version, isLive: lives }, isHere) => {
      if (isHere) return;
      if ((this.versions.get(callId) ?? 0) < version) this.versions.set(callId, version);
      if (lives) return;
      this.held.drop(callId);
      this.devices.drop(callId);
    });
  }

  async insert(call: CallRecord): Promise<'stored' | Obstacle> {
    // Others may read it before this node knows that it is stored, and tells of it.
    this.numbers.set(call.id, Number.POSITIVE_INFINITY);
    const written = await this.calls.insert(call);
    if (written === 'stored') {
      this.numbers.set(call.id, (this.begun += 1));
      this.follow(null, call);
    }
    return written;
  }

  /** How many calls this node has begun; `hasBegunSince` tells of each whether it was later. */
  get begunCount(): number {
    return this.begun;
  }

  hasBegunSince(callId: string, begunCount: number): boolean {
    return (this.numbers.get(callId) ?? 0) > begunCount;
  }

  /**
   * `decide` makes the next version, or throws, or answers the record it was given. It may be called again
   * with a newer one, so it must not do anything else.
   */
  async change(call: CallRecord, decide: (call: CallRecord) => CallRecord): Promise<Change> {
    let before = call;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const decided = decide(before);
      if (decided === before) return { before, after: before };
      const after = { ...decided, version: before.version + 1 };
      const written = await this.calls.replace(after);
      if (written === 'stored') {
        this.follow(before, after);
        return { before, after };
      }
      if (written === 'person') throw new PersonTakenError();
      if (written !== 'outdated') throw new UnavailableError();
      before = await this.read(call.id);
    }
    throw new UnavailableError();
  }

  /** Whether this node knows of a later version than this one, so that it is old news. */
  isOutdated({ id, version }: CallRecord): boolean {
    return (this.versions.get(id) ?? version) > version;
  }

  private async read(callId: string): Promise<CallRecord> {
    const call = await this.calls.findById(callId);
    if (!call) throw new NotFoundError('Call');
    return call;
  }

  private follow(before: CallRecord | null, after: CallRecord): void {
    this.versions.set(after.id, after.version);
    this.timers.arm(after);
    this.devices.follow(before, after);
    if (!isLive(after)) this.held.drop(after.id);
    this.events.publish('call.changed', { callId: after.id, version: after.version, isLive: isLive(after) });
  }
}
