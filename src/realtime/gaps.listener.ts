import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Clients come each at a moment of its own, lest all of a node come at once: within so long at the least. */
const LEAST_MS = 1000;
/**
 * So close a node keeps up with syncs that find little, as they share their queries: each takes less than 2 ms of its
 * core then. Closer it falls behind (docs/scaling.md).
 */
const SYNC_MS = 2.5;
/** For so long they may come so close. Beyond it half as many: the other half is for what goes on meanwhile. */
const WHOLE_NODE_MS = 2000;

/** This node was cut off from the others -> its devices ask for what they may have missed. */
@Injectable()
export class GapsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.onGap(() => {
      const workMs = SYNC_MS * this.publisher.socketCountHere;
      const withinMs = Math.max(LEAST_MS, workMs, 2 * workMs - WHOLE_NODE_MS);
      this.publisher.toAllHere('sync_needed', { withinMs });
    });
  }
}
