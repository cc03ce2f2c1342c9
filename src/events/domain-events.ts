import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';

import type { DomainEventMap, DomainEventName } from './domain-event.map.js';

type Listener<K extends DomainEventName> = (payload: DomainEventMap[K]) => void | Promise<void>;

/** `isHere`: it was published on this node. */
type ListenerAnywhere<K extends DomainEventName> = (
  payload: DomainEventMap[K],
  isHere: boolean,
) => void | Promise<void>;

/** Hands an event to the other nodes. */
export type Relay = <K extends DomainEventName>(name: K, payload: DomainEventMap[K]) => void;

/**
 * Typed publish and subscribe. Listeners run at once and in the order of publishing; one that throws or rejects
 * is logged and harms neither the publisher nor the other listeners. A stopping server waits for those under way.
 *
 * An event belongs to the node that publishes it: `on` hears of what happened here, so that of several nodes
 * one reacts. What a node keeps in memory must follow what happens on any: `onAnywhere`, and `onGap`.
 */
@Injectable()
export class DomainEvents implements BeforeApplicationShutdown {
  private readonly logger = new Logger(DomainEvents.name);
  private readonly listeners = new Map<DomainEventName, ListenerAnywhere<never>[]>();
  private readonly anywhere = new Map<DomainEventName, ListenerAnywhere<never>[]>();
  private readonly gapListeners: (() => void)[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private relay: Relay | null = null;

  on<K extends DomainEventName>(name: K, listener: Listener<K>): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  /**
   * For what this node remembers: also hears, late by the way between them, what other nodes publish. The payload
   * is then a copy. Some may be lost (`onGap`), so nothing durable may hang on it.
   */
  onAnywhere<K extends DomainEventName>(name: K, listener: ListenerAnywhere<K>): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    this.anywhere.set(name, [...(this.anywhere.get(name) ?? []), listener]);
  }

  /** Events of other nodes may have been missed: what is remembered may be wrong. */
  onGap(listener: () => void): void {
    this.gapListeners.push(listener);
  }

  publish<K extends DomainEventName>(name: K, payload: DomainEventMap[K]): void {
    this.run(this.listeners, name, payload, true);
    if (this.anywhere.has(name)) this.relay?.(name, payload);
  }

  /** Once, from what connects the nodes. */
  relayBy(relay: Relay): void {
    this.relay = relay;
  }

  /** What another node has published. */
  arrived<K extends DomainEventName>(name: K, payload: DomainEventMap[K]): void {
    this.run(this.anywhere, name, payload, false);
  }

  /** From what connects the nodes, when it was cut off. */
  missed(): void {
    for (const listener of this.gapListeners) {
      try {
        listener();
      } catch (error) {
        this.logFailure('a gap', error);
      }
    }
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.settled();
  }

  /** After it, what listeners were doing is done. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private run<K extends DomainEventName>(
    listeners: ReadonlyMap<DomainEventName, ListenerAnywhere<never>[]>,
    name: K,
    payload: DomainEventMap[K],
    isHere: boolean,
  ): void {
    for (const listener of (listeners.get(name) ?? []) as ListenerAnywhere<K>[]) {
      try {
        const result = listener(payload, isHere);
        if (result) this.follow(name, result);
      } catch (error) {
        this.logFailure(name, error);
      }
    }
  }

  private follow(name: DomainEventName, result: Promise<void>): void {
    const end = () => void this.underWay.delete(done);
    const done: Promise<void> = result.then(end, (error: unknown) => {
      this.logFailure(name, error);
      end();
    });
    this.underWay.add(done);
  }

  private logFailure(name: string, error: unknown): void {
    this.logger.error(`a listener of ${name} failed`, error instanceof Error ? error.stack : String(error));
  }
}
