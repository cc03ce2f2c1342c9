import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { SessionsService } from '../../src/auth/sessions.service.js';
import { createTestApp, PASSWORD, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('sockets and the logins behind them', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ JWT_EXPIRES_IN: '1h' });
  });
  afterAll(() => app.close());
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const newUser = () => app.registerAndLogin();
  const isAlive = (socket: TestSocket) => socket.ok('user_connected');
  const statusOf = async ({ auth }: TestUser) => (await app.http.get('/api/users/me').set(auth)).status;

  describe('user_connected', () => {
    let ann: TestUser;
    let bob: TestUser;
    let socket: TestSocket;

    beforeAll(async () => {
      [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
      await app.directChat(ann, bob);
      socket = await app.connectAs(ann);
    });

    it.each([
      ['nothing', () => []],
      ['null', () => [null]],
      ['an empty object', () => [{}]],
      ['the own id', () => [ann.id]],
      ['the own id in an object', () => [{ userId: ann.id }]],
    ])('should take %s', async (_, payload) => {
      const data = await socket.ok('user_connected', ...payload());

      expect(data).toEqual({
        user: ann.user,
        sessionId: expect.stringMatching(/^[0-9a-f]{24}$/),
        serverTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        online: [],
      });
    });

    it('should name the direct-chat partners who are online', async () => {
      const other = await app.connectAs(bob);

      expect((await socket.ok('user_connected')).online).toEqual([bob.id]);
      other.close();
    });

    it.each([
      ['the id of another', () => bob.id],
      ['the id of another in an object', () => ({ userId: bob.id })],
      ['the id of nobody', () => 'f'.repeat(24)],
    ])('should refuse %s', async (_, payload) => {
      await socket.refusal('FORBIDDEN', 'user_connected', payload());
      expect((await socket.ok('user_connected')).user.id).toBe(ann.id);
    });

    it.each([
      ['new_message', { text: 'x', clientMessageId: 'forged' }],
      ['join_chat', {}],
      ['typing', {}],
      ['message_read', { seq: 1 }],
    ])('should refuse a forged sender of %s, by any name of the field', async (event, payload) => {
      const chatId = await app.directChat(ann, bob);

      for (const field of ['userId', 'from', 'senderId']) {
        await socket.refusal('FORBIDDEN', event, { chatId, ...payload, [field]: bob.id });
      }
    });
  });

  describe('the end of a login', () => {
    it('should close the sockets of that login, tell them why, and leave the others', async () => {
      const phone = await newUser();
      const laptop = await app.login(phone.email);
      const [one, two, other] = await Promise.all([
        app.connectAs(phone),
        app.connectAs(phone),
        app.connectAs(laptop),
      ]);
      const { sessionId } = await one.ok('user_connected');
      const reasons = Promise.all([one.disconnected(), two.disconnected()]);

      await app.http.post('/api/auth/logout').set(phone.auth).expect(204);

      expect(await reasons).toEqual(['io server disconnect', 'io server disconnect']);
      expect(one.heard).toEqual([{ event: 'session_revoked', payload: { sessionId } }]);
      expect(two.heard).toEqual(one.heard);
      await isAlive(other);
      expect(other.heard).toEqual([]);
      expect(await statusOf(phone)).toBe(401);
      expect(await statusOf(laptop)).toBe(200);
    });

    it.each<[string, (phone: TestUser, laptop: TestUser) => Promise<unknown>]>([
      [
        'another device ends it',
        async (phone, laptop) => {
          const { body } = await app.http.get('/api/auth/sessions').set(phone.auth).expect(200);
          const other = (body.items as { id: string; current: boolean }[]).find(
            ({ id }) => id !== idOf(phone),
          );
          expect(other?.id).toBe(idOf(laptop));
          return app.http
            .delete(`/api/auth/sessions/${idOf(laptop)}`)
            .set(phone.auth)
            .expect(204);
        },
      ],
      ['all others are ended', (phone) => app.http.delete('/api/auth/sessions').set(phone.auth).expect(204)],
      [
        'the password changes',
        (phone) =>
          app.http
            .post('/api/auth/password')
            .set(phone.auth)
            .send({ currentPassword: PASSWORD, newPassword: 'battery staple' })
            .expect(204),
      ],
      [
        'its refresh token is used twice',
        async (_, { refreshToken }) => {
          await app.http.post('/api/auth/refresh').send({ refreshToken }).expect(200);
          return app.http.post('/api/auth/refresh').send({ refreshToken }).expect(401);
        },
      ],
    ])('should close its sockets when %s', async (_, end) => {
      const phone = await newUser();
      const laptop = await app.login(phone.email);
      const [kept, ended] = await Promise.all([app.connectAs(phone), app.connectAs(laptop)]);
      const closed = ended.disconnected();

      await end(phone, laptop);

      expect(await closed).toBe('io server disconnect');
      expect(ended.all('session_revoked')).toEqual([{ sessionId: idOf(laptop) }]);
      await isAlive(kept);
    });

    it('should close a socket that was shaking hands meanwhile', async () => {
      const user = await newUser();
      afterTheCheck(async () => app.http.post('/api/auth/logout').set(user.auth).expect(204));
      const socket = app.socket({ auth: { token: user.token } });

      await vi.waitUntil(() => socket.raw.io.engine?.readyState === 'closed' || !socket.raw.active);

      expect(socket.raw.connected).toBe(false);
    });

    it('should close a socket that was renewing its token meanwhile', async () => {
      const phone = await newUser();
      const laptop = await app.login(phone.email);
      const socket = await app.connectAs(phone);
      const closed = socket.disconnected();
      afterTheCheck(async () => app.http.post('/api/auth/logout').set(laptop.auth).expect(204));

      socket.raw.emit('authenticate', { token: laptop.token });

      expect(await closed).toBe('io server disconnect');
    });

    /** Something happens between the question whether a login is live and what follows of the answer. */
    function afterTheCheck(happens: () => Promise<unknown>): void {
      const sessions = app.app.get(SessionsService);
      const assertLive = sessions.assertLive.bind(sessions);
      vi.spyOn(sessions, 'assertLive').mockImplementationOnce(async (user) => {
        await assertLive(user);
        await happens();
      });
    }
  });

  describe('the end of a token', () => {
    it('should be told 60 s before, and close the socket', async () => {
      const user = await newUser();
      const socket = await app.connectAs(user);
      const closed = socket.disconnected();

      app.clock.advance(HOUR - 2 * MINUTE);
      await isAlive(socket);
      expect(socket.heard).toEqual([]);

      app.clock.advance(MINUTE);
      const { expiresAt } = await socket.next('token_expiring');
      expect(Math.abs(new Date(expiresAt).getTime() - app.clock.nowMs() - MINUTE)).toBeLessThan(5000);
      await isAlive(socket);

      app.clock.advance(MINUTE);
      expect(await closed).toBe('io server disconnect');
      expect(socket.all('token_expiring')).toHaveLength(1);
    });

    it('should close the socket at once where the time jumps past it', async () => {
      const socket = await app.connectAs(await newUser());
      const closed = socket.disconnected();

      app.clock.advance(2 * HOUR);

      expect(await closed).toBe('io server disconnect');
    });

    it('should refuse every event from then on, and let the socket renew itself', async () => {
      const user = await newUser();
      const [socket, stale] = await Promise.all([app.connectAs(user), app.connectAs(user)]);
      const later = app.clock.nowMs() + HOUR;
      vi.spyOn(app.clock, 'nowMs').mockImplementation(() => later);

      for (const event of ['user_connected', 'new_message', 'presence', 'typing']) {
        await socket.refusal('TOKEN_EXPIRED', event);
      }
      await socket.refusal('TOKEN_EXPIRED', 'authenticate', { token: user.token });
      const fresh = await app.login(user.email);
      const { expiresAt } = await socket.ok('authenticate', { token: fresh.token });

      expect(Math.abs(new Date(expiresAt).getTime() - later - HOUR)).toBeLessThan(2000);
      await isAlive(socket);
      await stale.refusal('TOKEN_EXPIRED', 'user_connected');
    });

    it('should be put off by a fresh token', async () => {
      const user = await newUser();
      const socket = await app.connectAs(user);
      app.clock.advance(30 * MINUTE);
      const { body } = await app.http.post('/api/auth/refresh').send({ refreshToken: user.refreshToken });

      await socket.ok('authenticate', { token: body.accessToken as string });
      app.clock.advance(45 * MINUTE);
      await isAlive(socket);
      expect(socket.all('token_expiring')).toEqual([]);

      app.clock.advance(14 * MINUTE);
      await socket.next('token_expiring');
      socket.close();
    });
  });

  describe('authenticate', () => {
    it('should take a token of another login of the same user, and end with that one', async () => {
      const phone = await newUser();
      const laptop = await app.login(phone.email);
      const socket = await app.connectAs(phone);

      await socket.ok('authenticate', { token: laptop.token });
      await app.http.post('/api/auth/logout').set(phone.auth).expect(204);
      expect((await isAlive(socket)).sessionId).toBe(idOf(laptop));

      const closed = socket.disconnected();
      await app.http.post('/api/auth/logout').set(laptop.auth).expect(204);
      expect(await closed).toBe('io server disconnect');
    });

    it('should refuse the token of another user, of an ended login, and rubbish, and change nothing', async () => {
      const [user, other, gone] = (await app.users(3)) as [TestUser, TestUser, TestUser];
      const second = await app.login(user.email);
      await app.http.post('/api/auth/logout').set(second.auth).expect(204);
      const socket = await app.connectAs(user);

      await socket.refusal('FORBIDDEN', 'authenticate', { token: other.token });
      await socket.refusal('FORBIDDEN', 'authenticate', { token: gone.token });
      await socket.refusal('UNAUTHENTICATED', 'authenticate', { token: second.token });
      await socket.refusal('UNAUTHENTICATED', 'authenticate', { token: 'rubbish' });
      await socket.refusal('UNAUTHENTICATED', 'authenticate', { token: user.refreshToken });

      expect(await isAlive(socket)).toMatchObject({ user: { id: user.id }, sessionId: idOf(user) });
      const closed = socket.disconnected();
      await app.http.post('/api/auth/logout').set(user.auth).expect(204);
      expect(await closed).toBe('io server disconnect');
    });
  });
});

function idOf({ token }: TestUser): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sessionId: string;
  };
  return claims.sessionId;
}
