import 'reflect-metadata';
import { beforeEach, describe, expect, it } from 'vitest';

import { TestClock } from '../../test/support/test-clock.js';
import { ClusterNodes } from '../cluster/cluster-nodes.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { OnlineUsers } from '../realtime/online-users.js';
import { PresenceLeases } from './presence-leases.js';
import { PresenceService } from './presence.service.js';

const GRACE_MS = 30_000;

describe('PresenceService', () => {
  let clock: TestClock;
  let presence: PresenceService;
  let told: string[];

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    const events = new DomainEvents();
    events.on('user.online', ({ userId }) => void told.push(`${userId} online`));
    events.on('user.offline', ({ userId }) => void told.push(`${userId} offline`));
    const config = AppConfig.from({
      NODE_ENV: 'test',
      JWT_SECRET: 'x'.repeat(32),
      PRESENCE_GRACE_SECONDS: '30',
    });
    const leases = new PresenceLeases(null, new ClusterNodes(null, 'this', config, clock), clock);
    presence = new PresenceService(new OnlineUsers(), leases, events, config, clock);
  });

  it('should tell of the first socket and of the end of the grace behind the last', async () => {
    presence.active('ann', '1');
    presence.active('ann', '2');
    presence.inactive('ann', '1');
    presence.inactive('ann', '2');
    expect(await presence.onlineAmong(['ann', 'bob'])).toEqual(new Set(['ann']));
    expect(told).toEqual(['ann online']);

    clock.advance(GRACE_MS);
    expect(await presence.onlineAmong(['ann'])).toEqual(new Set());
    expect(told).toEqual(['ann online', 'ann offline']);
  });

  it('should tell nothing of who flaps, and begin the grace anew each time', () => {
    presence.active('ann', '1');
    for (let times = 0; times < 5; times += 1) {
      presence.inactive('ann', String(times + 1));
      clock.advance(GRACE_MS - 1000);
      presence.active('ann', String(times + 2));
    }
    presence.inactive('ann', '6');
    clock.advance(GRACE_MS - 1000);
    expect(told).toEqual(['ann online']);

    clock.advance(1000);
    expect(told).toEqual(['ann online', 'ann offline']);
  });

  it('should not mind the end of a socket that never counted', async () => {
    presence.inactive('ann', '1');
    clock.advance(GRACE_MS);

    expect(told).toEqual([]);
    expect(await presence.onlineAmong(['ann'])).toEqual(new Set());
  });

  it('should list who counts as online, those within their grace included', () => {
    presence.active('bob', '1');
    presence.active('eve', '2');
    presence.inactive('bob', '1');

    expect(presence.idsHere().toSorted()).toEqual(['bob', 'eve']);
  });

  it('should leave no timer behind when the server stops', () => {
    presence.active('ann', '1');
    presence.inactive('ann', '1');

    presence.onApplicationShutdown();
    clock.advance(GRACE_MS);

    expect(told).toEqual(['ann online']);
  });
});
