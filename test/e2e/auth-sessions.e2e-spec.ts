import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { forgeToken, unsignedToken } from '../factories/forge-token.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const PASSWORD = 'correct horse';
const JWT_SECRET = 'a secret of the session tests, 32 bytes or more';
let count = 0;

interface Login {
  accessToken: string;
  refreshToken: string;
  user: { id: string; email: string };
}

describe('auth: sessions', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ JWT_SECRET });
  });

  afterAll(() => app.close());

  async function newUser(): Promise<{ email: string; login: (deviceName?: string) => Promise<Login> }> {
    const email = `sessions-${process.pid}-${Date.now()}-${count++}@example.com`;
    await app.http.post('/api/auth/register').send({ email, password: PASSWORD, name: 'Ada' }).expect(201);
    const login = async (deviceName?: string): Promise<Login> => {
      const body = { email, password: PASSWORD, ...(deviceName !== undefined && { deviceName }) };
      return (await app.http.post('/api/auth/login').send(body).expect(200)).body;
    };
    return { email, login };
  }

  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  const refresh = (refreshToken: unknown) => app.http.post('/api/auth/refresh').send({ refreshToken });
  const as = ({ accessToken }: Pick<Login, 'accessToken'>) => ({ Authorization: `Bearer ${accessToken}` });
  const me = (login: Pick<Login, 'accessToken'>) => app.http.get('/api/users/me').set(as(login));
  const list = (login: Login, query = '') => app.http.get(`/api/auth/sessions${query}`).set(as(login));

  describe('access token', () => {
    let login: Login;
    let claims: { userId: string; sessionId: string; iat: number; exp: number };

    beforeAll(async () => {
      login = await (await newUser()).login();
      claims = claimsOf(login.accessToken);
    });

    const ask = (authorization?: string) => {
      const request = app.http.get('/api/users/me');
      return authorization === undefined ? request : request.set('Authorization', authorization);
    };

    it('should open the door', async () => {
      await ask(`Bearer ${login.accessToken}`).expect(200);
      await ask(`Bearer ${forgeToken(claims, JWT_SECRET)}`).expect(200); // so the forgeries below fail for their fault
    });

    it.each<[string, () => string | undefined]>([
      ['no header', () => undefined],
      ['an empty header', () => ''],
      ['Bearer alone', () => 'Bearer'],
      ['Bearer and a space', () => 'Bearer '],
      ['the token alone', () => login.accessToken],
      ['Basic', () => `Basic ${login.accessToken}`],
      ['garbage', () => 'Bearer garbage'],
      ['dots', () => 'Bearer ..'],
      ['a cut signature', () => `Bearer ${login.accessToken.slice(0, -3)}`],
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
      const { status, body, headers } = await ask(authorization());

      expect(status).toBe(401);
      expect(body).toMatchObject({ statusCode: 401, error: { code: 'UNAUTHENTICATED' } });
      expect(headers['www-authenticate']).toBe('Bearer');
    });

    it('should be TOKEN_EXPIRED after its time, but only with a good signature', async () => {
      const old = { ...claims, exp: Math.floor(Date.now() / 1000) - 1 };

      const { status, body } = await ask(`Bearer ${forgeToken(old, JWT_SECRET)}`);

      expect(status).toBe(401);
      expect(body).toMatchObject({ statusCode: 401, error: { code: 'TOKEN_EXPIRED' } });
      const forged = await ask(`Bearer ${forgeToken(old, 'y'.repeat(32))}`);
      expect(forged.body.error.code).toBe('UNAUTHENTICATED');
    });

    it('should not be taken from query or body', async () => {
      await app.http
        .get(`/api/users/me?token=${login.accessToken}&access_token=${login.accessToken}`)
        .expect(401);
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
      const login = await (await newUser()).login();

      const { status, body } = await refresh(login.refreshToken);

      expect(status).toBe(200);
      expect(Object.keys(body).toSorted()).toEqual(['accessToken', 'expiresIn', 'refreshToken', 'tokenType']);
      expect(body.refreshToken).not.toBe(login.refreshToken);
      expect(claimsOf(body.accessToken).sessionId).toBe(claimsOf(login.accessToken).sessionId);
      await me(body).expect(200);
      await refresh(body.refreshToken).expect(200);
    });

    it('should end the whole session when an old token is used again', async () => {
      const user = await newUser();
      const [login, otherDevice] = [await user.login(), await user.login()];
      const { body: second } = await refresh(login.refreshToken).expect(200);
      const { body: third } = await refresh(second.refreshToken).expect(200);

      const { body } = await refresh(login.refreshToken).expect(401);

      expect(body).toMatchObject({ statusCode: 401, error: { code: 'UNAUTHENTICATED' } });
      await refresh(third.refreshToken).expect(401);
      await me(third).expect(401);
      await me(login).expect(401);
      await me(otherDevice).expect(200);
    });

    it('should have one winner among ten at once', async () => {
      const login = await (await newUser()).login();

      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(login.refreshToken)));

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.error?.code === 'UNAUTHENTICATED')).toHaveLength(9);
    });

    it('should not let a stranger end a session by its id', async () => {
      const login = await (await newUser()).login();
      const [sessionId, family, secret] = login.refreshToken.split('.');
      const other = 'A'.repeat(43);

      await refresh(`${sessionId}.${other}.${other}`).expect(401);
      await refresh(`${sessionId}.${other}.${secret}`).expect(401);
      await me(login).expect(200);

      // who knows the family has seen a token of this session
      await refresh(`${sessionId}.${family}.${other}`).expect(401);
      await me(login).expect(401);
    });

    it('should refuse the token of a session that was ended', async () => {
      const login = await (await newUser()).login();
      await app.http.post('/api/auth/logout').set(as(login)).expect(204);

      await refresh(login.refreshToken).expect(401);
    });

    it.each(['garbage', 'a.b.c', '..', `${'f'.repeat(24)}.${'A'.repeat(43)}.${'A'.repeat(43)}`])(
      'should refuse %j as UNAUTHENTICATED',
      async (token) => {
        const { body } = await refresh(token).expect(401);

        expect(body.error.code).toBe('UNAUTHENTICATED');
      },
    );

    it.each([undefined, null, '', 1, true, { $ne: null }, ['a'], 'a'.repeat(513), 'a\0b'])(
      'should refuse %j as VALIDATION',
      async (token) => {
        const { body } = await refresh(token).expect(400);

        expect(body.error).toMatchObject({ code: 'VALIDATION' });
        expect(body.error.details[0].field).toBe('refreshToken');
      },
    );

    it('should refuse a field it does not know', async () => {
      const login = await (await newUser()).login();

      await app.http
        .post('/api/auth/refresh')
        .send({ refreshToken: login.refreshToken, userId: 'x' })
        .expect(400);

      await refresh(login.refreshToken).expect(200); // the refusal has not used it up
    });
  });

  describe('POST /api/auth/logout', () => {
    it('should end this session at once, and no other', async () => {
      const user = await newUser();
      const [login, otherDevice] = [await user.login(), await user.login()];

      const { text } = await app.http.post('/api/auth/logout').set(as(login)).expect(204);

      expect(text).toBe('');
      const { body } = await me(login).expect(401);
      expect(body.error.code).toBe('UNAUTHENTICATED');
      await app.http.post('/api/auth/logout').set(as(login)).expect(401);
      await me(otherDevice).expect(200);
    });
  });

  describe('GET /api/auth/sessions', () => {
    it("should list one's own, latest first, without any secret", async () => {
      const [user, stranger] = [await newUser(), await newUser()];
      const [phone, laptop] = [await user.login('Phone'), await user.login()];
      await stranger.login('Not yours');

      const { body, text } = await list(phone).expect(200);

      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const view = (login: Login) => ({
        id: claimsOf(login.accessToken).sessionId,
        createdAt: time,
        lastUsedAt: time,
      });
      expect(body).toEqual({
        items: [
          { ...view(laptop), deviceName: null, current: false },
          { ...view(phone), deviceName: 'Phone', current: true },
        ],
        nextCursor: null,
      });
      expect(text).not.toMatch(/hash/i);
    });

    it('should come in pages', async () => {
      const user = await newUser();
      const logins = [await user.login('1'), await user.login('2'), await user.login('3')];

      const { body: first } = await list(logins[0]!, '?limit=2').expect(200);
      const { body: second } = await list(logins[0]!, `?limit=2&cursor=${first.nextCursor}`).expect(200);

      const names = [...first.items, ...second.items].map(({ deviceName }) => deviceName);
      expect(names).toEqual(['3', '2', '1']);
      expect(second.nextCursor).toBeNull();
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
      const login = await (await newUser()).login();

      const { body } = await list(login, query).expect(400);

      expect(body.error.code).toBe('VALIDATION');
    });
  });

  describe('DELETE /api/auth/sessions', () => {
    it('should end one by its id', async () => {
      const user = await newUser();
      const [phone, laptop] = [await user.login(), await user.login()];

      await app.http
        .delete(`/api/auth/sessions/${claimsOf(laptop.accessToken).sessionId}`)
        .set(as(phone))
        .expect(204);

      await me(laptop).expect(401);
      await refresh(laptop.refreshToken).expect(401);
      await me(phone).expect(200);
    });

    it("should answer another user's session as one that is not there", async () => {
      const [mine, theirs] = [await (await newUser()).login(), await (await newUser()).login()];
      const end = (id: string) => app.http.delete(`/api/auth/sessions/${id}`).set(as(mine));

      const foreign = await end(claimsOf(theirs.accessToken).sessionId).expect(404);
      const unknown = await end('f'.repeat(24)).expect(404);

      expect(foreign.body).toEqual(unknown.body);
      expect(foreign.body.error.code).toBe('NOT_FOUND');
      await me(theirs).expect(200);
      await end('not-an-id').expect(400);
    });

    it('should end all but the current one', async () => {
      const [user, stranger] = [await newUser(), await newUser()];
      const [current, ...others] = [await user.login(), await user.login(), await user.login()];
      const theirs = await stranger.login();

      await app.http.delete('/api/auth/sessions').set(as(current)).expect(204);
      await app.http.delete('/api/auth/sessions').set(as(current)).expect(204);

      await me(current).expect(200);
      for (const other of others) await me(other).expect(401);
      await me(theirs).expect(200);
      expect((await list(current)).body.items).toHaveLength(1);
    });
  });
});
