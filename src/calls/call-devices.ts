import { randomUUID } from 'node:crypto';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import type { CallRecord } from './call.record.js';

/**
 * Which sockets of this node are in which call: what a closed tab that is in none costs is one look into a
 * map. What one socket sends about calls is done in the order of its emits, its end last.
 */
@Injectable()
export class CallDevices implements OnApplicationShutdown {
  /** Of this process; devices stored with another one's are not here. */
  readonly nodeId = randomUUID();

  private readonly callOf = new Map<string, string>();
  private readonly underWay = new Map<string, Promise<unknown>>();

  /** The call that a socket is in. */
  find(socketId: string): string | undefined {
    return this.callOf.get(socketId);
  }

  /** Whether a socket is in a call, or may be about to. */
  isConcerned(socketId: string): boolean {
    return this.callOf.has(socketId) || this.underWay.has(socketId);
  }

  /** Runs `task` when everything before it of the same socket is done. */
  inTurn<T>(socketId: string, task: () => Promise<T>): Promise<T> {
    const before = this.underWay.get(socketId) ?? Promise.resolve();
    const result = before.then(task);
    const done: Promise<unknown> = result
      .catch(() => undefined)
      .finally(() => {
        if (this.underWay.get(socketId) === done) this.underWay.delete(socketId);
      });
    this.underWay.set(socketId, done);
    return result;
  }

  /** Keeps up with a call that was stored anew. */
  follow(before: CallRecord | null, after: CallRecord): void {
    for (const { device } of before?.seats ?? []) {
      if (device && this.callOf.get(device.socketId) === after.id) this.callOf.delete(device.socketId);
    }
    for (const { device } of after.seats) {
      if (device?.nodeId === this.nodeId) this.callOf.set(device.socketId, after.id);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay.values());
  }
}
