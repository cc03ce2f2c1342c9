import { Manager } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { RealtimePublisher } from '../../src/realtime/realtime.publisher.js';
import { forgeToken, unsignedToken } from '../factories/forge-token.js';
import { Stage } from '../support/stage.js';

const SECRET = 'a secret of the tests, long enough for HS256';
const HOUR = 3600;

describe('the handshake of a socket', () => {
  let stage: Stage;
  let claims: { userId: string; sessionId: string; iat: number; exp: number };

  beforeAll(async () => {
    stage = await Stage.open({ JWT_SECRET: SECRET });
    claims = JSON.parse(
      Buffer.from(stage.ann.token.split('.')[1] ?? '', 'base64url').toString(),
    ) as typeof claims;
  });
  afterAll(() => stage.close());

  const now = () => Math.floor(Date.now() / 1000);
  const forge = (changes: object = {}) => forgeToken({ ...claims, ...changes }, SECRET);

  describe('refused', () => {
    beforeEach(() => stage.freeze());
    afterEach(() => stage.expectUntouched());

    async function expectRefusal(
      auth: object,
      code = 'UNAUTHENTICATED',
      options: object = {},
    ): Promise<void> {
      const error = await stage.app.socket({ auth, ...options }).refused();

      expect(error.data).toEqual({ code, message: expect.any(String) });
      expect(error.message).toBe(error.data?.message);
    }

    it.each([
      ['no token', {}],
      ['an empty one', { token: '' }],
      ['null', { token: null }],
      ['a number', { token: 7 }],
      ['a list', { token: ['x'] }],
      ['an object', { token: { $ne: null } }],
      ['rubbish', { token: 'rubbish' }],
      ['three parts of rubbish', { token: 'a.b.c' }],
      ['NUL', { token: '\0' }],
      ['60 kB', { token: 'x'.repeat(60_000) }],
      ['it under another name', { accessToken: 'x', authorization: 'x' }],
    ])('should be so with %s', async (_, auth) => {
      await expectRefusal(auth);
    });

    it('should be so with an expired token', async () => {
      await expectRefusal({ token: forge({ exp: now() - 1 }) }, 'TOKEN_EXPIRED');
    });

    it.each([
      ['another key', () => forgeToken(claims, 'another secret, of the same length and kind')],
      ['no signature', () => unsignedToken(claims)],
      ['no signature, in other letters', () => unsignedToken(claims, { alg: 'NoNe', typ: 'JWT' })],
      ['its signature cut off', () => stage.ann.token.slice(0, -1)],
      ['another algorithm', () => forgeToken(claims, SECRET, { header: { alg: 'HS512' }, digest: 'sha512' })],
      [
        'a key of its own choice',
        () => forgeToken(claims, '', { header: { alg: 'HS256', kid: '/dev/null' } }),
      ],
      [
        'the claims of somebody else',
        () =>
          `${stage.ann.token.split('.')[0]}.${stage.bob.token.split('.')[1]}.${stage.ann.token.split('.')[2]}`,
      ],
      ["another user's session", () => forge({ userId: stage.bob.id })],
      ['a session that never was', () => forge({ sessionId: 'f'.repeat(24) })],
      ['a session that is an object', () => forge({ sessionId: { $ne: null } })],
      ['a user that is a list', () => forge({ userId: [claims.userId] })],
      ['no end', () => forge({ exp: undefined })],
      ['an end that is text', () => forge({ exp: '9999999999' })],
      ['an end that no number holds', () => forge({ exp: 1e308 })],
      ['claims that are a list', () => forgeToken([claims], SECRET)],
      ['claims that are null', () => forgeToken(null, SECRET)],
      ['the refresh token', () => stage.ann.refreshToken],
    ])('should be so with a token with %s', async (_, token) => {
      await expectRefusal({ token: token() });
    });

    it('should be so with a token in the address, whatever its name', async () => {
      const { token } = stage.ann;

      await expectRefusal({}, 'UNAUTHENTICATED', {
        query: { token, auth_token: token, access_token: token },
      });
    });

    it('should be so with a cookie', async () => {
      await expectRefusal({}, 'UNAUTHENTICATED', { extraHeaders: { cookie: `token=${stage.ann.token}` } });
    });

    it('should be so by polling too', async () => {
      await expectRefusal({ token: 'rubbish' }, 'UNAUTHENTICATED', { transports: ['polling'] });
    });

    it('should be so for every other namespace', async () => {
      const manager = new Manager(stage.app.url, { transports: ['websocket'], reconnection: false });
      const socket = manager.socket('/admin', { auth: { token: stage.ann.token } });

      const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));

      expect(error.message).toBe('Invalid namespace');
      socket.disconnect();
    });
  });

  it('should be refused after the logout of its session', async () => {
    const ann = await stage.app.login(stage.ann.email);
    await stage.app.http.post('/api/auth/logout').set(ann.auth).expect(204);

    const error = await stage.app.socket({ auth: { token: ann.token } }).refused();

    expect(error.data).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['auth.token', () => ({ auth: { token: stage.ann.token } })],
    ['auth.token with its scheme', () => ({ auth: { token: `Bearer ${stage.ann.token}` } })],
    ['the Authorization header', () => ({ extraHeaders: { Authorization: `Bearer ${stage.ann.token}` } })],
    ['a token that ends in an hour', () => ({ auth: { token: forge({ exp: now() + HOUR }) } })],
  ])('should take %s', async (_, options) => {
    const socket = stage.app.socket(options());
    await socket.connected();

    expect((await socket.ok('user_connected')).user.id).toBe(stage.ann.id);
    socket.close();
  });

  it('should take a token again from who has left and comes back by the same connection', async () => {
    const { token, id } = await stage.app.login(stage.ann.email);
    const publisher = stage.app.app.get(RealtimePublisher);
    const socket = stage.app.socket({ auth: { token } });
    await socket.connected();
    const { engine } = socket.raw.io;
    const heard: string[] = [];
    engine.on('data', (packet) => heard.push(String(packet)));
    const answer = (kind: string) =>
      vi.waitUntil(() => heard.find((packet) => packet.startsWith(kind)), 5000);

    const { sessionId } = await socket.ok('user_connected');
    engine.write('1');
    await vi.waitUntil(() => !publisher.sessionIdsHere().includes(sessionId), 5000);
    engine.write(`0${JSON.stringify({ token })}`);
    expect(await answer('0')).toContain('sid');

    engine.write('20["user_connected"]');
    expect(await answer('30')).toContain(id);
    socket.close();
  });

  describe('what comes before it', () => {
    const event = () =>
      `2["new_message",${JSON.stringify({ chatId: stage.groupId, clientMessageId: 'early', text: 'early' })}]`;

    it.each([
      ['without any handshake', () => [event()]],
      ['behind a handshake that is refused', () => ['0{"token":"rubbish"}', event()]],
      ['behind one that is still being looked at', () => [`0{"token":"${stage.ann.token}"}`, event()]],
      ['behind two at once', () => [`0{"token":"${stage.ann.token}"}`, '0{}', event()]],
    ])('should not be handled %s', async (_, packets) => {
      await stage.freeze();
      const manager = new Manager(stage.app.url, {
        transports: ['websocket'],
        autoConnect: false,
        reconnection: false,
      });
      await new Promise<void>((resolve, reject) =>
        manager.open((error) => (error ? reject(error) : resolve())),
      );
      const closed = new Promise((resolve) => manager.engine.once('close', resolve));

      for (const packet of packets()) manager.engine.write(packet);

      await closed;
      await stage.expectUntouched();
    });
  });
});
