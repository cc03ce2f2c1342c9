import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Clients come each at a moment of its own, lest all of a node come at once: within so long at the least, */
const SYNC_WITHIN_MS = 1000;
/** and where there are many of them, as long as so many syncs take a node. */
const SYNCS_PER_MS = 1;

/** This node was cut off from the others -> its devices ask for what they may have missed. */
@Injectable()
export class GapsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.onGap(() => {
      const withinMs = Math.max(SYNC_WITHIN_MS, Math.ceil(this.publisher.socketCountHere / SYNCS_PER_MS));
      this.publisher.toAllHere('sync_needed', { withinMs });
    });
  }
}
