import type { Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RATE_LIMITS } from '../../src/common/rate-limit/rate-limits.js';
import { REALTIME_GATEWAY } from '../../src/gateways/realtime-gateway.decorator.js';
import { WsExceptionFilter } from '../../src/gateways/ws-exception.filter.js';
import { WsJwtGuard } from '../../src/gateways/ws-jwt.guard.js';
import { WsRateLimitGuard } from '../../src/gateways/ws-rate-limit.guard.js';
import { gatewaysOf, handlersOf } from '../support/client-events.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { schemasOf } from '../support/dto-schemas.js';

/** Read from the gateways that the app really has: one that is added later can't be forgotten here. */
describe('gateways', () => {
  let app: TestApp;
  let gateways: Type[];

  beforeAll(async () => {
    app = await createTestApp();
    gateways = gatewaysOf(app.app);
  });
  afterAll(() => app.close());

  const handlers = () => gateways.flatMap(handlersOf);
  const namesOf = (wrong: { gateway: Type; method: string }[]) =>
    wrong.map(({ gateway, method }) => `${gateway.name}.${method}`);

  it('should be found', () => {
    expect(gateways.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ConnectionGateway', 'ChatGateway']),
    );
    expect(handlers().length).toBeGreaterThan(8);
  });

  it('should be made by RealtimeGateway: who is it, is it too much, one shape of errors', () => {
    for (const gateway of gateways) {
      expect(Reflect.getMetadata(REALTIME_GATEWAY, gateway), gateway.name).toBe(true);
      expect(Reflect.getMetadata('__guards__', gateway), gateway.name).toEqual([
        WsJwtGuard,
        WsRateLimitGuard,
      ]);
      expect(Reflect.getMetadata('__exceptionFilters__', gateway), gateway.name).toEqual([WsExceptionFilter]);
      expect(Reflect.getMetadata('websockets:gateway_options', gateway), gateway.name).toEqual({});
    }
  });

  it('should have one among them that minds connections', () => {
    const hooks = ['afterInit', 'handleConnection', 'handleDisconnect'];
    const minding = gateways.filter(({ prototype }) => hooks.some((hook) => hook in (prototype as object)));

    expect(minding.map(({ name }) => name)).toEqual(['ConnectionGateway']);
  });

  it('should subscribe by ClientEvent alone, to the event that it documents', () => {
    expect(namesOf(handlers().filter(({ metadata, event }) => metadata?.name !== event))).toEqual([]);
  });

  it('should handle no event twice', () => {
    const events = handlers().map(({ event }) => event);

    expect(events.filter((event, index) => events.indexOf(event) !== index)).toEqual([]);
  });

  it('should name events in snake_case and say in a sentence what they do', () => {
    expect(namesOf(handlers().filter(({ event }) => !/^[a-z]+(_[a-z]+)*$/.test(event)))).toEqual([]);
    expect(namesOf(handlers().filter(({ metadata }) => (metadata?.summary.length ?? 0) < 10))).toEqual([]);
  });

  it('should limit every event by an action that exists', () => {
    const isLimited = (limit = 'events') => limit in RATE_LIMITS;

    expect(namesOf(handlers().filter(({ metadata }) => !isLimited(metadata?.limit)))).toEqual([]);
  });

  it('should accept an expired token for `authenticate` alone', () => {
    const accepting = handlers().filter(({ metadata }) => metadata?.acceptsExpiredToken);

    expect(accepting.map(({ event }) => event)).toEqual(['authenticate']);
  });

  it('should take one payload at most, and each as a class that checks every field of it', () => {
    const isDto = (type: Type | undefined) => typeof type === 'function' && type.name.endsWith('Dto');
    const wrong = handlers().filter(({ payloads }) => payloads.length > 1 || !payloads.every(isDto));
    expect(namesOf(wrong)).toEqual([]);

    const dtos = [...new Set(handlers().flatMap(({ payloads }) => payloads))];
    const documented = schemasOf(app.app, dtos);
    for (const dto of dtos) {
      expect(Object.keys(documented[dto.name]?.properties ?? {}), dto.name).not.toEqual([]);
    }
  });

  it('should not replace a handler of another gateway by inheritance', () => {
    const inheriting = gateways.filter(
      ({ prototype }) => Object.getPrototypeOf(prototype) !== Object.prototype,
    );

    expect(inheriting.map(({ name }) => name)).toEqual([]);
  });
});
