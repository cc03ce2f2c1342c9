import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import type { DomainEventMap, DomainEventName } from '../events/domain-event.map.js';
import { DomainEvents } from '../events/domain-events.js';
import { ClusterLink } from './cluster-link.js';
import { decode, encode } from './event-packet.js';
import { NODE_ID } from './node-id.js';

/** When several nodes are back at the same time, each says so: one gap for all of them. */
const GAP_MS = 300;

/**
 * Brings to the other nodes those domain events that they have to know of (`DomainEvents.onAnywhere`), at most
 * once and unstored. Whoever was cut off can't know what it missed, and the others not what it could not say, so
 * after that all of them hear of a gap.
 */
@Injectable()
export class EventBus implements OnModuleInit {
  private readonly logger = new Logger(EventBus.name);
  private isGapDue = false;

  constructor(
    @Inject(ClusterLink) private readonly link: ClusterLink | null,
    @Inject(NODE_ID) private readonly nodeId: string,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const { link } = this;
    if (!link) return;
    await link.listen({
      hear: (text) => this.hear(text),
      missed: () => this.expectGap(),
      returned: () => {
        this.expectGap();
        link.say(encode({ from: this.nodeId, hasGap: true }));
      },
    });
    this.events.relayBy((name, payload) => this.say(link, name, payload));
  }

  private say<K extends DomainEventName>(link: ClusterLink, name: K, payload: DomainEventMap[K]): void {
    link.say(encode({ from: this.nodeId, name, payload }));
  }

  private hear(text: string): void {
    try {
      const packet = decode(text);
      if (packet.from === this.nodeId) return;
      if ('hasGap' in packet) this.expectGap();
      else this.events.arrived(packet.name, packet.payload);
    } catch (error) {
      this.logger.error(`an event of another node was not understood: ${String(error)}`);
    }
  }

  private expectGap(): void {
    if (this.isGapDue) return;
    this.isGapDue = true;
    this.clock.setTimer(GAP_MS, () => {
      this.isGapDue = false;
      this.events.missed();
    });
  }
}
