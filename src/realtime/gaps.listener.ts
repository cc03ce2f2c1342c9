import { Injectable, type OnModuleInit } from '@nestjs/common';

import { DomainEvents } from '../events/domain-events.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** Clients come within so long, each at a moment of its own, lest all of a node come at once. */
export const SYNC_WITHIN_MS = 2000;

/** This node was cut off from the others -> its devices ask for what they may have missed. */
@Injectable()
export class GapsListener implements OnModuleInit {
  constructor(
    private readonly events: DomainEvents,
    private readonly publisher: RealtimePublisher,
  ) {}

  onModuleInit(): void {
    this.events.onGap(() => this.publisher.toAllHere('sync_needed', { withinMs: SYNC_WITHIN_MS }));
  }
}
