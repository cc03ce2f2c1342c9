import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { forgeToken, unsignedToken } from '../factories/forge-token.js';
import { createTestApp, PASSWORD, type TestApp, type TestUser } from '../support/create-test-app.js';

const JWT_SECRET = 'a secret of the session tests, 32 bytes or more';
const DAY_MS = 86_400_000;

type Login = Pick<TestUser, 'token' | 'refreshToken'>;

let app: TestApp;

const me = ({ token }: Pick<Login, 'token'>) =>
  app.http.get('/api/users/me').set('Authorization', `Bearer ${token}`);
const refresh = (refreshToken: unknown) => app.http.post('/api/auth/refresh').send({ refreshToken });
const logout = ({ auth }: TestUser) => app.http.post('/api/auth/logout').set(auth);
const list = ({ auth }: TestUser, query = '') => app.http.get(`/api/auth/sessions${query}`).set(auth);
const end = ({ auth }: TestUser, id = '') => app.http.delete(`/api/auth/sessions${id && `/${id}`}`).set(auth);

interface Claims {
  userId: string;
  sessionId: string;
  iat: number;
  exp: number;
}

function claimsOf({ token }: Pick<Login, 'token'>): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
}

async function statusOf(response: PromiseLike<{ status: number }>): Promise<number> {
  return (await response).status;
}

/** Refreshes, and fails the test when it is refused. */
async function refreshed({ refreshToken }: Pick<Login, 'refreshToken'>): Promise<Login> {
  const { status, body } = await refresh(refreshToken);
  expect(status).toBe(200);
  return { token: body.accessToken, refreshToken: body.refreshToken };
}

async function loginAs({ email }: TestUser, deviceName: string): Promise<TestUser> {
  const { body } = await app.http.post('/api/auth/login').send({ email, password: PASSWORD, deviceName });
  const { accessToken: token, refreshToken, user } = body;
  return { id: user.id, email, token, refreshToken, user, auth: { Authorization: `Bearer ${token}` } };
}

describe('auth: sessions', () => {
  beforeAll(async () => {
    app = await createTestApp({ JWT_SECRET, JWT_EXPIRES_IN: '15m', REFRESH_EXPIRES_IN: '30d' });
  });

  afterAll(() => app.close());

  describe('access token', () => {
    let login: TestUser;
    let claims: Claims;

    beforeAll(async () => {
      login = await app.registerAndLogin();
      claims = claimsOf(login);
    });

    it('should open the door', async () => {
      expect(await statusOf(me(login))).toBe(200);
      // so the forgeries below fail for the fault they name
      expect(await statusOf(me({ token: forgeToken(claims, JWT_SECRET) }))).toBe(200);
    });

    it.each<[string, () => string | undefined]>([
      ['no header', () => undefined],
      ['an empty header', () => ''],
      ['Bearer alone', () => 'Bearer'],
      ['Bearer and a space', () => 'Bearer '],
      ['the token alone', () => login.token],
      ['Basic', () => `Basic ${login.token}`],
      ['garbage', () => 'Bearer garbage'],
      ['dots', () => 'Bearer ..'],
      ['something behind the token', () => `Bearer ${login.token} ${login.token}`],
      ['two at once', () => `Bearer ${login.token}, Bearer ${login.token}`],
      ['a cut signature', () => `Bearer ${login.token.slice(0, -3)}`],
      ['another key', () => `Bearer ${forgeToken(claims, 'y'.repeat(32))}`],
      ['an empty key', () => `Bearer ${forgeToken(claims, '')}`],
      ['alg none', () => `Bearer ${unsignedToken(claims)}`],
      ['alg nOnE', () => `Bearer ${unsignedToken(claims, { alg: 'nOnE', typ: 'JWT' })}`],
      [
        'HS512',
        () => `Bearer ${forgeToken(claims, JWT_SECRET, { header: { alg: 'HS512' }, digest: 'sha512' })}`,
      ],
      ['no userId', () => `Bearer ${forgeToken({ ...claims, userId: undefined }, JWT_SECRET)}`],
      ['no sessionId', () => `Bearer ${forgeToken({ ...claims, sessionId: undefined }, JWT_SECRET)}`],
      ['no exp', () => `Bearer ${forgeToken({ ...claims, exp: undefined }, JWT_SECRET)}`],
      ['an operator', () => `Bearer ${forgeToken({ ...claims, sessionId: { $ne: null } }, JWT_SECRET)}`],
      [
        'an unknown session',
        () => `Bearer ${forgeToken({ ...claims, sessionId: 'f'.repeat(24) }, JWT_SECRET)}`,
      ],
      [
        "another user's session",
        () => `Bearer ${forgeToken({ ...claims, userId: 'f'.repeat(24) }, JWT_SECRET)}`,
      ],
      ['the refresh token', () => `Bearer ${login.refreshToken}`],
    ])('should be refused: %s', async (_, authorization) => {
      const header = authorization();
      const request = app.http.get('/api/users/me');
      const { status, body, headers } = await (header === undefined
        ? request
        : request.set('Authorization', header));

      expect(status).toBe(401);
      expect(body).toMatchObject({ statusCode: 401, error: { code: 'UNAUTHENTICATED' } });
      expect(headers['www-authenticate']).toBe('Bearer');
    });

    it('should be TOKEN_EXPIRED after its time, but only with a good signature', async () => {
      const old = { ...claims, exp: Math.floor(app.clock.nowMs() / 1000) - 1 };

      const { status, body } = await me({ token: forgeToken(old, JWT_SECRET) });
      const forged = await me({ token: forgeToken(old, 'y'.repeat(32)) });

      expect(status).toBe(401);
      expect(body).toMatchObject({ statusCode: 401, error: { code: 'TOKEN_EXPIRED' } });
      expect(forged.body.error.code).toBe('UNAUTHENTICATED');
    });

    it('should not be taken from the query', async () => {
      const { token } = login;

      expect(await statusOf(app.http.get(`/api/users/me?token=${token}&access_token=${token}`))).toBe(401);
    });

    it.each([
      ['post', '/api/auth/logout'],
      ['post', '/api/auth/password'],
      ['get', '/api/auth/sessions'],
      ['delete', '/api/auth/sessions'],
      ['delete', '/api/auth/sessions/665f1f77bcf86cd799439011'],
      ['get', '/api/user/profile'],
      ['patch', '/api/users/me'],
      ['get', '/api/users?search=ada'],
      ['get', '/api/users/665f1f77bcf86cd799439011'],
    ] as const)('should be asked for by %s %s', async (method, path) => {
      const { body } = await app.http[method](path).expect(401);

      expect(body.error.code).toBe('UNAUTHENTICATED');
    });
  });

  describe('POST /api/auth/refresh', () => {
    it('should give new tokens of the same session', async () => {
      const login = await app.registerAndLogin();

      const { status, body } = await refresh(login.refreshToken);

      expect(status).toBe(200);
      expect(body).toEqual({
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: 900,
      });
      expect(body.refreshToken).not.toBe(login.refreshToken);
      expect(claimsOf({ token: body.accessToken }).sessionId).toBe(claimsOf(login).sessionId);
      expect(await statusOf(me({ token: body.accessToken }))).toBe(200);
      expect(await statusOf(refresh(body.refreshToken))).toBe(200);
    });

    it('should end the whole session when an old token is used again', async () => {
      const login = await app.registerAndLogin();
      const otherDevice = await app.login(login.email);
      const second = await refreshed(login);
      const third = await refreshed(second);

      const { status, body } = await refresh(login.refreshToken);

      expect(status).toBe(401);
      expect(body).toMatchObject({ statusCode: 401, error: { code: 'UNAUTHENTICATED' } });
      expect(await statusOf(refresh(third.refreshToken))).toBe(401);
      expect(await statusOf(me(third))).toBe(401);
      expect(await statusOf(me(login))).toBe(401);
      expect(await statusOf(me(otherDevice))).toBe(200);
    });

    it('should have one winner among ten at once', async () => {
      const { refreshToken } = await app.registerAndLogin();

      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.error?.code === 'UNAUTHENTICATED')).toHaveLength(9);
    });

    it('should not let a stranger end a session by its id', async () => {
      const login = await app.registerAndLogin();
      const [sessionId, family, secret] = login.refreshToken.split('.');
      const guess = 'A'.repeat(43);

      expect(await statusOf(refresh(`${sessionId}.${guess}.${guess}`))).toBe(401);
      expect(await statusOf(refresh(`${sessionId}.${guess}.${secret}`))).toBe(401);
      expect(await statusOf(me(login))).toBe(200);

      // who knows the family has seen a token of this session
      expect(await statusOf(refresh(`${sessionId}.${family}.${guess}`))).toBe(401);
      expect(await statusOf(me(login))).toBe(401);
    });

    it('should refuse the token of a session that was ended', async () => {
      const login = await app.registerAndLogin();
      await logout(login);

      expect(await statusOf(refresh(login.refreshToken))).toBe(401);
    });

    it.each(['garbage', 'a.b.c', '..', `${'f'.repeat(24)}.${'A'.repeat(43)}.${'A'.repeat(43)}`])(
      'should refuse %j as UNAUTHENTICATED',
      async (token) => {
        const { status, body } = await refresh(token);

        expect(status).toBe(401);
        expect(body.error.code).toBe('UNAUTHENTICATED');
      },
    );

    it.each([undefined, null, '', 1, true, { $ne: null }, ['a'], 'a'.repeat(513), 'a\0b'])(
      'should refuse %j as VALIDATION',
      async (token) => {
        const { status, body } = await refresh(token);

        expect(status).toBe(400);
        expect(body.error.code).toBe('VALIDATION');
        expect(body.error.details[0].field).toBe('refreshToken');
      },
    );

    it('should not use up the token of a request that it refuses', async () => {
      const { refreshToken } = await app.registerAndLogin();

      const extra = app.http.post('/api/auth/refresh').send({ refreshToken, userId: 'x' });
      expect(await statusOf(extra)).toBe(400);

      expect(await statusOf(refresh(refreshToken))).toBe(200);
    });
  });

  describe('POST /api/auth/logout', () => {
    it('should end this session at once, and no other', async () => {
      const login = await app.registerAndLogin();
      const otherDevice = await app.login(login.email);

      const { status, text } = await logout(login);

      expect(status).toBe(204);
      expect(text).toBe('');
      expect((await me(login)).body).toMatchObject({ statusCode: 401, error: { code: 'UNAUTHENTICATED' } });
      expect(await statusOf(logout(login))).toBe(401);
      expect(await statusOf(me(otherDevice))).toBe(200);
    });
  });

  it('should answer logouts at once as done or as logged out already', async () => {
    const login = await app.registerAndLogin();

    const answers = await Promise.all(Array.from({ length: 5 }, () => statusOf(logout(login))));

    expect(answers).toContain(204);
    expect(answers.filter((status) => status !== 204 && status !== 401)).toEqual([]);
  });

  describe('GET /api/auth/sessions', () => {
    it("should list one's own, latest first, without any secret", async () => {
      const first = await app.registerAndLogin();
      const phone = await loginAs(first, ' Phone ');
      await loginAs(await app.registerAndLogin(), 'Not yours');

      const { status, body, text } = await list(phone);

      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const view = (login: Login) => ({ id: claimsOf(login).sessionId, createdAt: time, lastUsedAt: time });
      expect(status).toBe(200);
      expect(body).toEqual({
        items: [
          { ...view(phone), deviceName: 'Phone', current: true },
          { ...view(first), deviceName: null, current: false },
        ],
        nextCursor: null,
      });
      expect(text).not.toMatch(/hash/i);
    });

    it('should come in pages', async () => {
      const user = await app.registerAndLogin();
      for (const name of ['1', '2', '3', '4']) await loginAs(user, name);

      const first = await list(user, '?limit=2');
      const second = await list(user, `?limit=2&cursor=${first.body.nextCursor}`);
      const third = await list(user, `?limit=2&cursor=${second.body.nextCursor}`);

      const names = [first, second, third].map(({ body }) =>
        body.items.map(({ deviceName }: { deviceName: string | null }) => deviceName),
      );
      expect(names).toEqual([['4', '3'], ['2', '1'], [null]]);
      expect(third.body.nextCursor).toBeNull();
    });

    it.each([
      '?limit=0',
      '?limit=101',
      '?limit=a',
      '?limit=',
      '?cursor=',
      '?cursor=abc',
      '?cursor[$ne]=1',
      '?foo=1',
      '?limit=1&limit=2',
    ])('should refuse %s', async (query) => {
      const { status, body } = await list(await app.registerAndLogin(), query);

      expect(status).toBe(400);
      expect(body.error.code).toBe('VALIDATION');
    });
  });

  describe('DELETE /api/auth/sessions', () => {
    it('should end one by its id', async () => {
      const phone = await app.registerAndLogin();
      const laptop = await app.login(phone.email);

      expect(await statusOf(end(phone, claimsOf(laptop).sessionId))).toBe(204);

      expect(await statusOf(me(laptop))).toBe(401);
      expect(await statusOf(refresh(laptop.refreshToken))).toBe(401);
      expect(await statusOf(me(phone))).toBe(200);
    });

    it("should answer another user's session as one that is not there", async () => {
      const [mine, theirs] = [await app.registerAndLogin(), await app.registerAndLogin()];

      const foreign = await end(mine, claimsOf(theirs).sessionId);
      const unknown = await end(mine, 'f'.repeat(24));

      expect(foreign.status).toBe(404);
      expect(foreign.body).toMatchObject({ statusCode: 404, error: { code: 'NOT_FOUND' } });
      expect(foreign.body).toEqual(unknown.body);
      expect(await statusOf(me(theirs))).toBe(200);
      expect(await statusOf(end(mine, 'not-an-id'))).toBe(400);
    });

    it('should end all but the current one', async () => {
      const [current, stranger] = [await app.registerAndLogin(), await app.registerAndLogin()];
      const others = [await app.login(current.email), await app.login(current.email)];

      expect(await statusOf(end(current))).toBe(204);
      expect(await statusOf(end(current))).toBe(204);

      expect(await statusOf(me(current))).toBe(200);
      expect(await Promise.all(others.map((other) => statusOf(me(other))))).toEqual([401, 401]);
      expect(await statusOf(me(stranger))).toBe(200);
      expect((await list(current)).body.items).toHaveLength(1);
    });
  });

  // Last, as they move the clock on.
  describe('time', () => {
    it('should note when a session was last used, and expire its tokens one after the other', async () => {
      const login = await app.registerAndLogin();

      app.clock.advance(11 * 60_000);
      await me(login);
      await expect
        .poll(async () => {
          const { createdAt, lastUsedAt } = (await list(login)).body.items[0];
          return Date.parse(lastUsedAt) - Date.parse(createdAt);
        })
        .toBeGreaterThan(10 * 60_000);

      app.clock.advance(5 * 60_000);
      expect((await me(login)).body.error.code).toBe('TOKEN_EXPIRED');
      const second = await refreshed(login);
      expect(await statusOf(me(second))).toBe(200);

      app.clock.advance(29 * DAY_MS);
      const third = await refreshed(second);
      app.clock.advance(30 * DAY_MS);
      expect((await refresh(third.refreshToken)).body.error.code).toBe('UNAUTHENTICATED');
    });

    it('should not admit an expired session, whatever its access token says', async () => {
      const login = await app.registerAndLogin();
      const claims = { ...claimsOf(login), exp: Math.floor(app.clock.nowMs() / 1000) + 90 * 86_400 };
      const token = forgeToken(claims, JWT_SECRET);
      expect(await statusOf(me({ token }))).toBe(200);

      app.clock.advance(31 * DAY_MS);

      expect((await me({ token })).body.error.code).toBe('UNAUTHENTICATED');
      const fresh = await app.login(login.email);
      expect((await list(fresh)).body.items).toHaveLength(1);
    });
  });
});
