import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { DomainEvents } from './domain-events.js';

describe('DomainEvents', () => {
  let events: DomainEvents;
  let heard: string[];
  let relayed: string[];

  beforeEach(() => {
    events = new DomainEvents();
    heard = [];
    relayed = [];
    events.relayBy((name) => void relayed.push(name));
    events.on('user.online', ({ userId }) => void heard.push(`${userId} here`));
    events.on('user.unblocked', ({ userId }) => void heard.push(`${userId} here`));
    events.onAnywhere('user.online', ({ userId }, isHere) => void heard.push(`${userId} ${isHere}`));
  });

  it('should hand to other nodes what somebody listens to anywhere, and nothing else', () => {
    events.publish('user.online', { userId: 'ann' });
    events.publish('user.unblocked', { userId: 'bob', blockedId: 'ann' });

    expect(heard).toEqual(['ann here', 'ann true', 'bob here']);
    expect(relayed).toEqual(['user.online']);
  });

  it('should bring events of other nodes to whoever listens anywhere, and hand them to nobody', () => {
    events.arrived('user.online', { userId: 'ann' });
    events.arrived('user.unblocked', { userId: 'bob', blockedId: 'ann' });

    expect(heard).toEqual(['ann false']);
    expect(relayed).toEqual([]);
  });

  it('should wait for listeners under way, and log one that fails', async () => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const done: string[] = [];
    events.on('user.online', () => Promise.reject(new Error('for once')));
    events.on('user.online', () => new Promise(setImmediate).then(() => void done.push('slow')));

    events.publish('user.online', { userId: 'ann' });
    await events.settled();
    done.push('settled');

    expect(done).toEqual(['slow', 'settled']);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });

  it('should tell all of a gap, whatever becomes of one of them', () => {
    const told = vi.fn<() => void>();
    const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    events.onGap(() => {
      throw new Error('for once');
    });
    events.onGap(told);

    events.missed();

    expect(told).toHaveBeenCalledTimes(1);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });
});
