import { beforeEach, describe, expect, it } from 'vitest';

import type { ParleyServer } from './parley-socket.js';
import { RealtimePublisher } from './realtime.publisher.js';

interface BroadcastOptions {
  rooms: Set<string>;
  except: Set<string>;
  flags: { volatile?: true; local?: true };
}

/** Notes what is done to which rooms, in order. */
function fakeServer() {
  const done: unknown[] = [];
  const operator = (rooms: string | string[]) => ({
    disconnectSockets: (close: boolean) => void done.push(['disconnect', rooms, close]),
    socketsLeave: (left: string | string[]) => void done.push(['leave', rooms, left]),
  });
  const adapter = {
    broadcast: (packet: { data: unknown[] }, { rooms, except, flags }: BroadcastOptions) => {
      const how = [...(flags.local ? ['here'] : []), ...(flags.volatile ? ['volatile'] : [])];
      const but = except.size > 0 ? ['except', [...except]] : [];
      done.push([...how, 'emit', [...rooms], ...but, ...packet.data]);
    },
  };
  const server = { of: () => ({ adapter }), in: operator, local: { in: operator } };
  return { done, server: server as unknown as ParleyServer };
}

describe('RealtimePublisher', () => {
  const typing = { chatId: 'c', userId: 'ann', kind: 'text' } as const;
  let publisher: RealtimePublisher;
  let done: unknown[];

  beforeEach(() => {
    const fake = fakeServer();
    ({ done } = fake);
    publisher = new RealtimePublisher();
    publisher.attach(fake.server);
  });

  it('should tell users by one emit, so that it is encoded once and no socket hears it twice', () => {
    publisher.toUsers(['ann', 'bob'], 'chat_removed', { chatId: 'c' });

    expect(done).toEqual([['emit', ['u:ann', 'u:bob'], 'chat_removed', { chatId: 'c' }]]);
  });

  it('should tell who is in a list now, however often it was told before', () => {
    const members = ['ann'];
    for (const frozen of [Object.freeze(['bob']), Object.freeze(['bob'])]) {
      publisher.toUsers(frozen, 'chat_removed', { chatId: 'c' });
      publisher.toUsers(frozen, 'chat_removed', { chatId: 'c' });
      publisher.toUsers(members, 'chat_removed', { chatId: 'c' });
      members.push('carol');
    }

    const told = done.map((emit) => (emit as string[])[1]);
    const bob = ['u:bob'];
    expect(told).toEqual([bob, bob, ['u:ann'], bob, bob, ['u:ann', 'u:carol']]);
  });

  it('should look the rooms of a list that can not change up once', () => {
    const rooms: unknown[] = [];
    const adapter = { broadcast: (_packet: unknown, options: BroadcastOptions) => rooms.push(options.rooms) };
    publisher.attach({ of: () => ({ adapter }) } as unknown as ParleyServer);
    const members = Object.freeze(['ann', 'bob']);

    publisher.toUsers(members, 'chat_removed', { chatId: 'c' });
    publisher.toUsers(members, 'chat_removed', { chatId: 'd' });

    expect(rooms[1]).toBe(rooms[0]);
  });

  it('should tell nobody where there is nobody: an emit to no room would reach all', () => {
    publisher.toUsers([], 'chat_removed', { chatId: 'c' });
    publisher.toUsersVolatile([], 'user_typing', typing);
    publisher.toUsersHere([], 'user_online', { userId: 'ann' });
    publisher.unwatch('ann', []);
    publisher.endSessions([]);

    expect(done).toEqual([]);
  });

  it('should let signals drop', () => {
    publisher.toUsersVolatile(['bob'], 'user_typing', typing);

    expect(done).toEqual([['volatile', 'emit', ['u:bob'], 'user_typing', typing]]);
  });

  it('should tell users of this node alone', () => {
    publisher.toUsersHere(['bob'], 'user_online', { userId: 'ann' });

    expect(done).toEqual([['here', 'emit', ['u:bob'], 'user_online', { userId: 'ann' }]]);
  });

  it('should take watchers from each other both ways', () => {
    publisher.unwatch('ann', ['bob', 'carol']);

    expect(done).toEqual([
      ['leave', 'u:ann', ['p:bob', 'p:carol']],
      ['leave', ['u:bob', 'u:carol'], 'p:ann'],
    ]);
  });

  it('should say why before it closes', () => {
    publisher.endSessions(['1']);

    expect(done).toEqual([
      ['here', 'emit', ['s:1'], 'session_revoked', { sessionId: '1' }],
      ['disconnect', 's:1', true],
    ]);
  });

  it('should not mind to be used before there is a server', () => {
    const early = new RealtimePublisher();

    expect(() => {
      early.toUsers(['ann'], 'chat_removed', { chatId: 'c' });
      early.endSessions(['1']);
      early.unwatch('ann', ['bob']);
    }).not.toThrow();
  });
});
