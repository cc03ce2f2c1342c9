import { Injectable } from '@nestjs/common';

import { ClusterNodes } from '../cluster/cluster-nodes.js';
import type { CallRecord } from './call.record.js';

/** Which sockets of this node are in which call: what a closed tab that is in none costs is a look into a map. */
@Injectable()
export class CallDevices {
  private readonly callOf = new Map<string, string>();

  constructor(private readonly nodes: ClusterNodes) {}

  /** Of this process; devices stored with another one's are not here. */
  get nodeId(): string {
    return this.nodes.nodeId;
  }

  /** The call that a socket is in. */
  find(socketId: string): string | undefined {
    return this.callOf.get(socketId);
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

  /** Of a call that is over. */
  drop(callId: string): void {
    for (const [socketId, ofCall] of this.callOf) if (ofCall === callId) this.callOf.delete(socketId);
  }
}
