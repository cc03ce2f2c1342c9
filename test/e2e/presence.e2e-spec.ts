import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { OnlineUsers } from '../../src/realtime/online-users.js';
import type { ParleyServer } from '../../src/realtime/parley-socket.js';
import { RealtimePublisher } from '../../src/realtime/realtime.publisher.js';
import { presenceRoom } from '../../src/realtime/rooms.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const GRACE_MS = 30_000;

describe('presence', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let carol: TestUser;
  let eve: TestUser;
  /** A direct-chat partner of Ann's, somebody from a group of hers, and a stranger. */
  let partner: TestSocket;
  let mate: TestSocket;
  let stranger: TestSocket;

  beforeAll(async () => {
    app = await createTestApp({ PRESENCE_GRACE_SECONDS: '30' });
    [ann, bob, carol, eve] = (await app.users(4)) as [TestUser, TestUser, TestUser, TestUser];
    await Promise.all([app.directChat(ann, bob), app.group(ann, [carol])]);
    [partner, mate, stranger] = await Promise.all([
      app.connectAs(bob),
      app.connectAs(carol),
      app.connectAs(eve),
    ]);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await forget();
  });

  const everybody = () => [partner, mate, stranger];
  const settle = () => Promise.all(everybody().map((socket) => socket.settle()));

  async function forget(): Promise<void> {
    await settle();
    for (const socket of everybody()) socket.forget();
  }

  /** Closes a socket and waits until the server knows. */
  async function leave(user: TestUser, socket: TestSocket): Promise<void> {
    const online = app.app.get(OnlineUsers);
    const before = online.socketCount(user.id);
    socket.close();
    await vi.waitUntil(() => online.socketCount(user.id) < before, { interval: 1 });
  }

  async function leaveForGood(user: TestUser, ...sockets: TestSocket[]): Promise<void> {
    for (const socket of sockets) await leave(user, socket);
    app.clock.advance(GRACE_MS);
    await partner.next('user_offline', ({ userId }) => userId === user.id);
  }

  async function heardByAll(): Promise<unknown[]> {
    await settle();
    await settle();
    return everybody().flatMap(({ heard }) => heard);
  }

  function watchersOf({ id }: TestUser): Set<string> {
    const server = Reflect.get(app.app.get(RealtimePublisher), 'server') as ParleyServer;
    return server.sockets.adapter.rooms.get(presenceRoom(id)) ?? new Set();
  }

  it('should tell direct-chat partners of the first socket, and of no further one', async () => {
    const phone = await app.connectAs(ann);
    expect(await partner.next('user_online')).toEqual({ userId: ann.id });
    await forget();

    const laptop = await app.connectAs(ann);
    await leave(ann, phone);
    app.clock.advance(2 * GRACE_MS);

    expect(await heardByAll()).toEqual([]);
    await leaveForGood(ann, laptop);
  });

  it('should tell nobody else without being asked', async () => {
    const phone = await app.connectAs(ann);
    await leaveForGood(ann, phone);

    await settle();
    expect(partner.heard.map(({ event }) => event)).toEqual(['user_online', 'user_offline']);
    expect([...mate.heard, ...stranger.heard]).toEqual([]);
  });

  it('should tell of the end after the last socket and the grace, with the moment of leaving', async () => {
    const phone = await app.connectAs(ann);
    await partner.next('user_online');
    await forget();
    const left = app.clock.nowMs();
    await leave(ann, phone);

    app.clock.advance(GRACE_MS - 1000);
    expect(await heardByAll()).toEqual([]);
    expect((await partner.ok('user_connected')).online).toEqual([ann.id]);

    app.clock.advance(1000);
    const { userId, lastSeenAt } = await partner.next('user_offline');
    expect(userId).toBe(ann.id);
    expect(Math.abs(new Date(lastSeenAt).getTime() - left)).toBeLessThan(2000);
    expect((await partner.ok('user_connected')).online).toEqual([]);
  });

  it('should not tell of one who is back within the grace', async () => {
    const phone = await app.connectAs(ann);
    await partner.next('user_online');
    await forget();

    for (let times = 0; times < 3; times += 1) {
      await leave(ann, phone);
      app.clock.advance(GRACE_MS / 2);
      phone.raw.connect();
      await phone.connected();
    }
    app.clock.advance(2 * GRACE_MS);

    expect(await heardByAll()).toEqual([]);
    await leaveForGood(ann, phone);
  });

  it('should tell of the end of one who logged out', async () => {
    const user = await app.login(ann.email);
    const phone = await app.connectAs(user);
    const closed = phone.disconnected();
    await app.http.post('/api/auth/logout').set(user.auth).expect(204);
    await closed;
    await vi.waitUntil(() => !app.app.get(OnlineUsers).isOnline(ann.id), { interval: 1 });

    app.clock.advance(GRACE_MS);

    expect(await partner.next('user_offline')).toMatchObject({ userId: ann.id });
  });

  it('should answer who asks about people of their chats, and tell that socket of their changes', async () => {
    const elsewhere = await app.connectAs(carol);

    const before = await mate.ok('presence', { userIds: [ann.id, bob.id] });
    expect(before).toEqual({ [ann.id]: { online: false, lastSeenAt: expect.any(String) }, [bob.id]: {} });

    const phone = await app.connectAs(ann);
    expect(await mate.next('user_online')).toEqual({ userId: ann.id });
    expect(await elsewhere.ok('presence', { userIds: [ann.id] })).toEqual({ [ann.id]: { online: true } });
    elsewhere.close();
    await leaveForGood(ann, phone);
    expect(await mate.next('user_offline')).toMatchObject({ userId: ann.id });
    expect(mate.all('user_online')).toHaveLength(1);
  });

  it('should answer a stranger as if about nobody, and tell nothing later', async () => {
    const nobody = 'f'.repeat(24);

    const answer = await stranger.ok('presence', { userIds: [ann.id, bob.id, nobody] });
    expect(answer).toEqual({ [ann.id]: {}, [bob.id]: {}, [nobody]: {} });

    const phone = await app.connectAs(ann);
    await leaveForGood(ann, phone);
    await settle();
    expect(stranger.heard).toEqual([]);
  });

  it('should tell nothing more to who left the chat that they shared', async () => {
    const [dave] = (await app.users(1)) as [TestUser];
    const chatId = await app.group(ann, [dave]);
    const former = await app.connectAs(dave);
    expect(await former.ok('presence', { userIds: [ann.id] })).toMatchObject({ [ann.id]: { online: false } });
    await app.http.delete(`/api/chats/${chatId}/members/${dave.id}`).set(ann.auth).expect(204);
    await vi.waitUntil(() => !watchersOf(ann).has(former.raw.id ?? ''), { interval: 1 });

    const phone = await app.connectAs(ann);
    await leaveForGood(ann, phone);
    await former.settle();

    expect([...former.all('user_online'), ...former.all('user_offline')]).toEqual([]);
    former.close();
  });
});
