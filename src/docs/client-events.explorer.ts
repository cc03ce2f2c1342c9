import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

import { CLIENT_EVENT, type ClientEventMetadata } from '../gateways/client-event.decorator.js';
import { REALTIME_GATEWAY } from '../gateways/realtime-gateway.decorator.js';

/** One event that clients send, as its handler declares it. */
export interface ClientEventDoc extends ClientEventMetadata {
  /** The gateway's name in one word: `chat`. */
  group: string;
  /** The DTO of the payload; `null` for an event without any. */
  payload: Type | null;
}

/** Finds every client event of every gateway by its decorator: what is handled is documented. */
@Injectable()
export class ClientEventsExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  explore(): ClientEventDoc[] {
    const gateways = this.discovery
      .getProviders()
      .map(({ metatype }) => metatype)
      .filter(
        (type): type is Type => typeof type === 'function' && Reflect.hasMetadata(REALTIME_GATEWAY, type),
      );
    return [...new Set(gateways)].flatMap((gateway) => this.eventsOf(gateway));
  }

  private eventsOf(gateway: Type): ClientEventDoc[] {
    const prototype = gateway.prototype as Record<string, object>;
    const group = gateway.name.replace(/Gateway$/, '').toLowerCase();
    return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
      const event = Reflect.getMetadata(CLIENT_EVENT, prototype[method] as object) as
        ClientEventMetadata | undefined;
      return event ? [{ ...event, group, payload: payloadOf(prototype, method) }] : [];
    });
  }
}

/** By the rule that a payload is a DTO and nothing else among the parameters is. */
function payloadOf(prototype: object, method: string): Type | null {
  const types = Reflect.getMetadata('design:paramtypes', prototype, method) as (Type | undefined)[];
  return types.find((type) => type?.name.endsWith('Dto')) ?? null;
}
