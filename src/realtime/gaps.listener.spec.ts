import 'reflect-metadata';
import { describe, expect, it } from 'vitest';

import { DomainEvents } from '../events/domain-events.js';
import { GapsListener } from './gaps.listener.js';
import type { RealtimePublisher } from './realtime.publisher.js';

describe('GapsListener', () => {
  it.each([
    ['a second where there are few', 10, 1000],
    ['as long as their syncs take where that is soon over', 800, 2000],
    ['more than that where it is not, so that they have half of the node', 1000, 3000],
    ['about twice as long as their syncs take where there are very many', 20_000, 98_000],
  ])('should spread its devices over %s', (_, socketCountHere, withinMs) => {
    const told: unknown[] = [];
    const events = new DomainEvents();
    const publisher = { socketCountHere, toAllHere: (...args: unknown[]) => void told.push(args) };
    new GapsListener(events, publisher as unknown as RealtimePublisher).onModuleInit();

    events.missed();

    expect(told).toEqual([['sync_needed', { withinMs }]]);
  });
});
