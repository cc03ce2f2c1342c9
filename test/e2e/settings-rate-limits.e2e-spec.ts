import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RateLimiter } from '../../src/common/rate-limit/rate-limiter.js';
import { RATE_LIMITS, type RateLimitedAction } from '../../src/common/rate-limit/rate-limits.js';
import { createTestApp, PASSWORD, type TestApp, type TestUser } from '../support/create-test-app.js';
import { RawHttp, type RawResponse } from '../support/raw-http.js';

describe('rate limits', () => {
  let app: TestApp;
  let http: RawHttp;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'on' });
    http = new RawHttp(app.url);
  });
  afterAll(async () => {
    http.close();
    await app.close();
  });

  const login = (email: string, headers: Record<string, string> = {}) =>
    http.json('POST', '/api/auth/login', { email, password: PASSWORD }, headers);

  async function times<T>(action: RateLimitedAction, call: () => Promise<T>): Promise<T[]> {
    const answers: T[] = [];
    for (let left: number = RATE_LIMITS[action].points; left > 0; left -= 1) answers.push(await call());
    return answers;
  }

  function expectLimited({ status, body, headers }: RawResponse, action: RateLimitedAction): void {
    expect({ status, body }).toEqual({
      status: 429,
      body: { statusCode: 429, error: { code: 'RATE_LIMITED', message: expect.stringContaining('wait') } },
    });
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(RATE_LIMITS[action].seconds);
  }

  it('should bound the logins of an account from an address, right and wrong ones', async () => {
    const { email } = await app.registerAndLogin();

    await times('auth.login', () => login(email));
    const refused = await login(email);

    expectLimited(refused, 'auth.login');
    expectLimited(await login(email.toUpperCase()), 'auth.login');
    expectLimited(
      await login(email, { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9' }),
      'auth.login',
    );
  });

  it('should leave other accounts alone, and the one too where it is logged in already', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    await times('auth.login', () => login(ann.email));

    expect((await login(ann.email)).status).toBe(429);
    expect((await login(bob.email)).status).toBe(200);
    await app.http.get('/api/users/me').set(ann.auth).expect(200);
  });

  it('should bound changes of a password by the user, on all their devices together', async () => {
    const phone = await app.registerAndLogin();
    const laptop = await app.login(phone.email);
    const guess = ({ auth }: TestUser) =>
      http.json(
        'POST',
        '/api/auth/password',
        { currentPassword: 'a guess', newPassword: 'new enough' },
        {
          authorization: auth.Authorization,
        },
      );

    const answers = await times('auth.password', () => guess(phone));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    expectLimited(await guess(laptop), 'auth.password');
  });

  it('should bound events by the user, over all their sockets, and say when to come back', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const [phone, laptop, other] = await Promise.all([
      app.connectAs(ann),
      app.connectAs(ann),
      app.connectAs(bob),
    ]);
    const question = { userIds: [bob.id] };
    await times('presence', () => phone.ok('presence', question));

    const { retryAfterMs, message } = await laptop.refusal('RATE_LIMITED', 'presence', question);

    expect(message).toContain('wait');
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(RATE_LIMITS.presence.seconds * 1000);
    await other.ok('presence', question);
    await phone.ok('user_connected');
  });

  it('should count events that are refused as well, and answer without an ack by an exception', async () => {
    const socket = await app.connectAs(await app.registerAndLogin());
    await times('presence', () => socket.refusal('VALIDATION', 'presence', { userIds: 'x' }));

    socket.raw.emit('presence', { userIds: 'x' });

    expect(await socket.next('exception')).toEqual({
      event: 'presence',
      error: { code: 'RATE_LIMITED', message: expect.any(String), retryAfterMs: expect.any(Number) },
    });
  });

  it('should count each message that is passed on as one that is sent', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatIds = [await app.directChat(ann, bob), await app.group(ann, [bob])];
    const messageIds = await Promise.all(
      ['one', 'two'].map(async (text) => (await say(ann, chatIds[0], text)).id),
    );
    const { points } = RATE_LIMITS.new_message;
    // The two that were sent have taken two.
    await app.app.get(RateLimiter).consume('new_message', ann.id, points - 2 - 4 - 3);
    const forward = async () =>
      app.http.post('/api/messages/forward').set(ann.auth).send({ messageIds, chatIds });

    expect((await forward()).status).toBe(201);
    expectLimited(await forward(), 'new_message');
  });

  const say = async (by: TestUser, chatId: string | undefined, text: string): Promise<{ id: string }> => {
    const message = { clientMessageId: text, text };
    return (await app.http.post(`/api/chats/${chatId}/messages`).set(by.auth).send(message).expect(201)).body;
  };

  it('should bound the copies of all that is kept of somebody', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const copy = async (user: TestUser) => app.http.get('/api/users/me/export').set(user.auth);

    const answers = await times('users.export', () => copy(ann));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expectLimited(await copy(ann), 'users.export');
    expect((await copy(bob)).status).toBe(200);
  });

  it('should bound guesses at the password that deletes an account, and keep it meanwhile', async () => {
    const ann = await app.registerAndLogin();
    const erase = async (password: string) =>
      app.http.delete('/api/users/me').set(ann.auth).send({ password });

    const answers = await times('auth.password', () => erase('not this one'));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    expectLimited(await erase(PASSWORD), 'auth.password');
    await app.http.get('/api/users/me').set(ann.auth).expect(200);
  });
});
