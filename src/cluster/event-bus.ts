import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';

import { Clock } from '../common/clock.js';
import type { DomainEventMap, DomainEventName } from '../events/domain-event.map.js';
import { DomainEvents } from '../events/domain-events.js';
import { decode, encode } from './event-packet.js';
import { NODE_ID } from './node-id.js';
import { RedisLink } from './redis-link.js';

const CHANNEL = 'parley:events';
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
    @Inject(RedisLink) private readonly redis: RedisLink | null,
    @Inject(NODE_ID) private readonly nodeId: string,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const { redis } = this;
    if (!redis) return;
    const listening = redis.another({ autoResubscribe: false });
    listening.on('message', (_: string, text: string) => this.hear(text));
    await listening.subscribe(CHANNEL);
    listening.on('ready', () => void this.comeBack(listening));
    this.events.relayBy((name, payload) => this.say(redis, name, payload));
  }

  private say<K extends DomainEventName>({ client }: RedisLink, name: K, payload: DomainEventMap[K]): void {
    const packet = encode({ from: this.nodeId, name, payload });
    // Lost while there is no Redis; the gap behind it makes up for it.
    client.publish(CHANNEL, packet).catch(() => undefined);
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

  private async comeBack(listening: Redis): Promise<void> {
    try {
      await listening.subscribe(CHANNEL);
      this.expectGap();
      await this.redis?.client.publish(CHANNEL, encode({ from: this.nodeId, hasGap: true }));
    } catch (error) {
      this.logger.warn(`not back among the nodes yet: ${String(error)}`); // the next `ready` tries again
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
