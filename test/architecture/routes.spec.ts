import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { METHODS, type Operation, operationsOf } from '../support/operations.js';
import { RawHttp } from '../support/raw-http.js';

/** All that a stranger may call. A route that joins them is a decision, and is written down here. */
const PUBLIC = [
  'POST /api/auth/register',
  'POST /api/auth/login',
  'POST /api/auth/refresh',
  'GET /health/live',
  'GET /health/ready',
];

/** Pages and documents, which document themselves. */
const DOCS = /^\/docs([-/].*)?$/;

describe('routes', () => {
  let app: TestApp;
  let http: RawHttp;
  let operations: Operation[];

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '1h' });
    http = new RawHttp(app.url);
    operations = operationsOf((await http.send({ method: 'GET', path: '/docs-json' })).body);
  });
  afterAll(async () => {
    http.close();
    await app.close();
  });

  const closed = () => operations.filter(({ name }) => !PUBLIC.includes(name));
  const call = ({ method, path }: Operation, headers: Record<string, string> = {}) =>
    http.send({ method, path: path.replaceAll(/\{\w+\}/g, 'f'.repeat(24)), headers });

  async function expectAllAnswer(code: string, headers: Record<string, string>): Promise<void> {
    for (const operation of closed()) {
      const answer = await call(operation, headers);
      expect({ ...answer, headers: null, text: null }, operation.name).toEqual({
        status: 401,
        body: { statusCode: 401, error: { code, message: expect.any(String) } },
        headers: null,
        text: null,
      });
      expect(answer.headers['www-authenticate'], operation.name).toBe('Bearer');
    }
  }

  it('should all be documented', async () => {
    const documented = new Set(operations.map(({ name }) => name));

    const others = registeredRoutes(app).filter((name) => !documented.has(name));
    for (const name of others) {
      const [method = '', path = ''] = name.split(' ');
      // Nest binds middleware to every method of routes outside of the prefix; nothing may be behind it.
      expect((await http.send({ method, path })).body, name).toMatchObject({ error: { code: 'NOT_FOUND' } });
    }
    expect(others.filter((name) => !name.includes(' /health/'))).toEqual([]);
    expect(documented.size).toBeGreaterThan(20);
  });

  it('should be documented as closed but for a few', () => {
    expect(
      operations
        .filter(({ needsToken }) => !needsToken)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(PUBLIC.toSorted());
  });

  it('should be closed to who brings no token', async () => {
    await expectAllAnswer('UNAUTHENTICATED', {});
  });

  it.each(['Bearer rubbish', 'Bearer a.b.c', 'rubbish', 'Basic eDp5'])(
    'should be closed to "%s"',
    async (authorization) => {
      await expectAllAnswer('UNAUTHENTICATED', { authorization });
    },
  );

  it('should be closed after the logout', async () => {
    const user = await app.registerAndLogin();
    await app.http.post('/api/auth/logout').set(user.auth).expect(204);

    await expectAllAnswer('UNAUTHENTICATED', { authorization: user.auth.Authorization });
  });

  it('should not fail inside where a stranger calls the open ones with nothing', async () => {
    for (const operation of operations.filter(({ name }) => PUBLIC.includes(name))) {
      expect((await call(operation)).status, operation.name).toBeLessThan(500);
    }
  });

  it('should be closed to an old token, and say that it is old', async () => {
    const user: TestUser = await app.registerAndLogin();
    app.clock.advance(3_600_000);

    await expectAllAnswer('TOKEN_EXPIRED', { authorization: user.auth.Authorization });
  });
});

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
}

/** `GET /api/users/{id}` of every route that Express really has, documents aside. */
function registeredRoutes({ app }: TestApp): string[] {
  const { router } = app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) => {
    if (!route) return [];
    const paths = [route.path].flat().filter((path) => !DOCS.test(path));
    const methods = METHODS.filter((method) => route.methods[method]);
    return paths.flatMap((path) =>
      methods.map((method) => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
  });
}
