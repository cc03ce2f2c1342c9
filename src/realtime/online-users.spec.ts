import { describe, expect, it } from 'vitest';

import { OnlineUsers } from './online-users.js';

describe('OnlineUsers', () => {
  it('should tell the first socket of a user from further ones, and the last from the rest', () => {
    const online = new OnlineUsers();

    expect(online.connect('ann', '1')).toBe(true);
    expect(online.connect('ann', '2')).toBe(false);
    expect(online.disconnect('ann', '1')).toBe(false);
    expect(online.isOnline('ann')).toBe(true);
    expect(online.disconnect('ann', '2')).toBe(true);
    expect(online.isOnline('ann')).toBe(false);
    expect(online.connect('ann', '3')).toBe(true);
  });

  it('should count a socket once', () => {
    const online = new OnlineUsers();
    online.connect('ann', '1');

    expect(online.connect('ann', '1')).toBe(false);
    expect(online.socketCount('ann')).toBe(1);
    expect(online.disconnect('ann', '1')).toBe(true);
    expect(online.disconnect('ann', '1')).toBe(false);
  });

  it('should not mind who was never there, or is there with another socket', () => {
    const online = new OnlineUsers();
    online.connect('ann', '1');

    expect(online.disconnect('bob', '1')).toBe(false);
    expect(online.disconnect('ann', '2')).toBe(false);
    expect(online.isOnline('ann')).toBe(true);
    expect(online.userCount).toBe(1);
  });

  it('should keep users apart, also one who is called like something that every object has', () => {
    const online = new OnlineUsers();
    online.connect('ann', '1');

    expect(online.isOnline('constructor')).toBe(false);
    expect(online.connect('__proto__', '2')).toBe(true);
    expect(online.userCount).toBe(2);
  });

  it('should forget who is gone', () => {
    const online = new OnlineUsers();
    for (let i = 0; i < 1000; i += 1) online.connect(`user ${i}`, 'socket');
    for (let i = 0; i < 1000; i += 1) online.disconnect(`user ${i}`, 'socket');

    expect(online.userCount).toBe(0);
    expect(online.socketCount('user 1')).toBe(0);
  });

  it.each([
    ['of as many users', (i: number) => `user ${i}`],
    ['of one user', () => 'ann'],
  ])('should take 100,000 sockets %s, each in the same short time', (_, userOf) => {
    const online = new OnlineUsers();
    const before = performance.now();

    for (let i = 0; i < 100_000; i += 1) online.connect(userOf(i), `socket ${i}`);
    for (let i = 0; i < 100_000; i += 1) online.disconnect(userOf(i), `socket ${i}`);

    expect(online.userCount).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
