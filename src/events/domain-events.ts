import { Injectable, Logger } from '@nestjs/common';

import type { DomainEventMap, DomainEventName } from './domain-event.map.js';

type Listener<K extends DomainEventName> = (payload: DomainEventMap[K]) => void | Promise<void>;

/**
 * Typed publish and subscribe inside the process. Listeners run at once and in the order of publishing;
 * one that throws or rejects is logged and harms neither the publisher nor the other listeners.
 */
@Injectable()
export class DomainEvents {
  private readonly logger = new Logger(DomainEvents.name);
  private readonly listeners = new Map<DomainEventName, Listener<never>[]>();

  on<K extends DomainEventName>(name: K, listener: Listener<K>): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  publish<K extends DomainEventName>(name: K, payload: DomainEventMap[K]): void {
    for (const listener of (this.listeners.get(name) ?? []) as Listener<K>[]) {
      try {
        const result = listener(payload);
        if (result) result.catch((error: unknown) => this.logFailure(name, error));
      } catch (error) {
        this.logFailure(name, error);
      }
    }
  }

  private logFailure(name: DomainEventName, error: unknown): void {
    this.logger.error(`a listener of ${name} failed`, error instanceof Error ? error.stack : String(error));
  }
}
