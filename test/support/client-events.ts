import type { INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

import { CLIENT_EVENT, type ClientEventMetadata } from '../../src/gateways/client-event.decorator.js';
import { schemasOf } from './dto-schemas.js';
import type { Schemas } from './schema.js';

/** What `@nestjs/websockets` writes on gateways and their handlers. */
const IS_GATEWAY = 'websockets:is_gateway';
const IS_HANDLER = 'websockets:message_mapping';
const EVENT_NAME = 'message';
const PARAMETERS = '__routeArguments__';
const PAYLOAD = '3:';

/** A method that is subscribed to a client event, as its decorators say. */
export interface Handler {
  gateway: Type;
  method: string;
  /** The event that Nest binds it to. */
  event: string;
  /** What `ClientEvent` wrote; absent where somebody used `SubscribeMessage` itself. */
  metadata: ClientEventMetadata | undefined;
  /** The class of each `@MessageBody()` parameter. */
  payloads: Type[];
}

export function gatewaysOf(app: INestApplicationContext): Type[] {
  const classes = [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.providers.values()].map(({ metatype }) => metatype as Type | null),
  );
  return [...new Set(classes)].filter(
    (one): one is Type => typeof one === 'function' && Reflect.getMetadata(IS_GATEWAY, one) === true,
  );
}

export function handlersOf(gateway: Type): Handler[] {
  const prototype = gateway.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((method) => method !== 'constructor')
    .flatMap((method): Handler[] => {
      const target = Object.getOwnPropertyDescriptor(prototype, method)?.value as object | undefined;
      if (!target || Reflect.getMetadata(IS_HANDLER, target) !== true) return [];
      return [
        {
          gateway,
          method,
          event: Reflect.getMetadata(EVENT_NAME, target) as string,
          metadata: Reflect.getMetadata(CLIENT_EVENT, target) as ClientEventMetadata | undefined,
          payloads: payloadsOf(gateway, method),
        },
      ];
    });
}

export function clientEventsOf(app: INestApplicationContext): Handler[] {
  return gatewaysOf(app).flatMap(handlersOf);
}

/** Every client event with a class that its payload may be, and what the documents say of these classes. */
export function documentedPayloads(app: INestApplication): {
  payloads: { event: string; dto: Type }[];
  schemas: Schemas;
} {
  const payloads = clientEventsOf(app).flatMap(({ event, payloads: dtos }) =>
    dtos.map((dto) => ({ event, dto })),
  );
  const classes = payloads.map(({ dto }) => dto);
  return { payloads, schemas: schemasOf(app, classes) };
}

function payloadsOf(gateway: Type, method: string): Type[] {
  const parameters = (Reflect.getMetadata(PARAMETERS, gateway, method) ?? {}) as Record<
    string,
    { index: number }
  >;
  const types = (Reflect.getMetadata('design:paramtypes', gateway.prototype as object, method) ??
    []) as Type[];
  return Object.entries(parameters)
    .filter(([key]) => key.startsWith(PAYLOAD))
    .map(([, { index }]) => types[index] as Type);
}
