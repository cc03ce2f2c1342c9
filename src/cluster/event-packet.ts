import type { DomainEventMap, DomainEventName } from '../events/domain-event.map.js';

/** One event on its way to other nodes. */
export interface EventPacket<K extends DomainEventName = DomainEventName> {
  /** The node that published it. */
  from: string;
  name: K;
  payload: DomainEventMap[K];
}

/** Says instead of an event that some may have been lost. */
export interface GapPacket {
  from: string;
  hasGap: true;
}

/** As text; moments keep being moments. */
export function encode(packet: EventPacket | GapPacket): string {
  return JSON.stringify(packet, function (this: Record<string, unknown>, key, value: unknown) {
    const before = this[key];
    return before instanceof Date ? { $date: before.getTime() } : value;
  });
}

export function decode(text: string): EventPacket | GapPacket {
  return JSON.parse(text, (_, value: unknown) => (isDate(value) ? new Date(value.$date) : value)) as
    EventPacket | GapPacket;
}

function isDate(value: unknown): value is { $date: number } {
  return typeof value === 'object' && value !== null && '$date' in value;
}
