import 'reflect-metadata';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { TestClock } from '../../test/support/test-clock.js';
import type { RelationsService } from '../chats/relations.service.js';
import { AppConfig } from '../config/app-config.js';
import { DomainEvents } from '../events/domain-events.js';
import { OnlineUsers } from '../realtime/online-users.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { PresenceService } from './presence.service.js';

const GRACE_MS = 30_000;

describe('PresenceService', () => {
  let clock: TestClock;
  let presence: PresenceService;
  let told: string[];
  let mates: Set<string>;

  beforeEach(() => {
    clock = new TestClock();
    told = [];
    mates = new Set();
    const events = new DomainEvents();
    events.on('user.online', ({ userId }) => void told.push(`${userId} online`));
    events.on('user.offline', ({ userId }) => void told.push(`${userId} offline`));
    const relations = {
      directPartners: () => Promise.resolve(['bob', 'carol']),
      chatMates: () => Promise.resolve(mates),
    } as unknown as RelationsService;
    const config = AppConfig.from({
      NODE_ENV: 'test',
      JWT_SECRET: 'x'.repeat(32),
      PRESENCE_GRACE_SECONDS: '30',
    });
    presence = new PresenceService(new OnlineUsers(), relations, events, config, clock);
  });

  it('should tell of the first socket and of the end of the grace behind the last', () => {
    presence.connected('ann', '1');
    presence.connected('ann', '2');
    presence.disconnected('ann', '1');
    presence.disconnected('ann', '2');
    expect(presence.isOnline('ann')).toBe(true);
    expect(told).toEqual(['ann online']);

    clock.advance(GRACE_MS);
    expect(presence.isOnline('ann')).toBe(false);
    expect(told).toEqual(['ann online', 'ann offline']);
  });

  it('should tell nothing of who flaps, and begin the grace anew each time', () => {
    presence.connected('ann', '1');
    for (let times = 0; times < 5; times += 1) {
      presence.disconnected('ann', String(times + 1));
      clock.advance(GRACE_MS - 1000);
      presence.connected('ann', String(times + 2));
    }
    presence.disconnected('ann', '6');
    clock.advance(GRACE_MS - 1000);
    expect(told).toEqual(['ann online']);

    clock.advance(1000);
    expect(told).toEqual(['ann online', 'ann offline']);
  });

  it('should not mind the end of a socket that never counted', () => {
    presence.disconnected('ann', '1');
    clock.advance(GRACE_MS);

    expect(told).toEqual([]);
    expect(presence.isOnline('ann')).toBe(false);
  });

  it('should name the partners who are online, those within their grace included', async () => {
    presence.connected('bob', '1');
    presence.connected('eve', '2');
    presence.disconnected('bob', '1');

    expect(await presence.onlinePartners('ann')).toEqual(['bob']);
  });

  it('should answer for chat mates alone, and join the socket to theirs alone', async () => {
    mates.add('bob');
    presence.connected('bob', '1');
    presence.connected('eve', '2');
    const join = vi.fn<(rooms: string[]) => void>();
    const socket = { data: { user: { userId: 'ann' } }, join } as unknown as ParleySocket;

    expect(await presence.watch(socket, ['bob', 'eve'])).toEqual({ bob: { online: true }, eve: {} });
    expect(join).toHaveBeenCalledExactlyOnceWith(['p:bob']);
  });

  it('should leave no timer behind when the server stops', () => {
    presence.connected('ann', '1');
    presence.disconnected('ann', '1');

    presence.onApplicationShutdown();
    clock.advance(GRACE_MS);

    expect(told).toEqual(['ann online']);
  });
});
