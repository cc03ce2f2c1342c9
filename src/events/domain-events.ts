import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';

import type { DomainEventMap, DomainEventName } from './domain-event.map.js';

type Listener<K extends DomainEventName> = (payload: DomainEventMap[K]) => void | Promise<void>;

/**
 * Typed publish and subscribe inside the process. Listeners run at once and in the order of publishing;
 * one that throws or rejects is logged and harms neither the publisher nor the other listeners. A stopping
 * server waits for those under way.
 */
@Injectable()
export class DomainEvents implements BeforeApplicationShutdown {
  private readonly logger = new Logger(DomainEvents.name);
  private readonly listeners = new Map<DomainEventName, Listener<never>[]>();
  private readonly underWay = new Set<Promise<void>>();

  on<K extends DomainEventName>(name: K, listener: Listener<K>): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  publish<K extends DomainEventName>(name: K, payload: DomainEventMap[K]): void {
    for (const listener of (this.listeners.get(name) ?? []) as Listener<K>[]) {
      try {
        const result = listener(payload);
        if (result) this.follow(name, result);
      } catch (error) {
        this.logFailure(name, error);
      }
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private follow(name: DomainEventName, result: Promise<void>): void {
    const done = result
      .catch((error: unknown) => this.logFailure(name, error))
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  private logFailure(name: DomainEventName, error: unknown): void {
    this.logger.error(`a listener of ${name} failed`, error instanceof Error ? error.stack : String(error));
  }
}
