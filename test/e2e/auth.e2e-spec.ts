import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RATE_LIMITS } from '../../src/common/rate-limit/rate-limits.js';
import { createTestApp, PASSWORD, type TestApp } from '../support/create-test-app.js';

let app: TestApp;
let count = 0;
const newEmail = () => `auth-${process.pid}-${Date.now()}-${count++}@example.com`;

/** Every way in which a text field can be wrong by its type alone. */
const NO_TEXT: [string, unknown][] = [
  ['null', null],
  ['a number', 1],
  ['true', true],
  ['an object', { $ne: null }],
  ['an operator', { $gt: '' }],
  ['a list', ['ada@example.com']],
];

const account = (fields: object = {}) => ({ email: newEmail(), password: PASSWORD, name: 'Ada', ...fields });
const register = (body: object) => app.http.post('/api/auth/register').send(body);
const login = (body: object) => app.http.post('/api/auth/login').send(body);
const me = (token: string) => app.http.get('/api/users/me').set('Authorization', token);
const changePassword = (token: string, body: object) =>
  app.http.post('/api/auth/password').set('Authorization', token).send(body);

async function statusOf(response: PromiseLike<{ status: number }>): Promise<number> {
  return (await response).status;
}

/** The fields that a `VALIDATION` answer blames; `[]` for any other answer. */
async function refusedFields(
  response: PromiseLike<{ status: number; body: Body; text: string }>,
): Promise<string[]> {
  const { status, body, text } = await response;
  expect(text).not.toContain(PASSWORD);
  if (status !== 400 || body.statusCode !== 400 || body.error?.code !== 'VALIDATION') return [];
  return body.error.details.map(({ field }) => field);
}

interface Body {
  statusCode?: number;
  error?: { code: string; details: { field: string }[] };
}

/** A new account with two devices logged in. */
async function withTwoDevices(): Promise<{ email: string; phone: string; laptop: string }> {
  const { email, token } = await app.registerAndLogin();
  const second = await app.login(email);
  return { email, phone: `Bearer ${token}`, laptop: `Bearer ${second.token}` };
}

describe('auth: accounts', () => {
  beforeAll(async () => {
    app = await createTestApp();
  });

  afterAll(() => app.close());

  describe('POST /api/auth/register', () => {
    it('should answer the own profile, without token or hash', async () => {
      const input = account({ name: '  Ada Lovelace ', phone: '+49 (151) 234-56789' });

      const { status, body } = await register(input);

      expect(status).toBe(201);
      expect(body).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        name: 'Ada Lovelace',
        about: '',
        avatarUrl: null,
        email: input.email,
        phone: '+4915123456789',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
    });

    it('should take an email in any way of writing for the same', async () => {
      const email = newEmail();
      expect(await statusOf(register(account({ email })))).toBe(201);

      for (const same of [`  ${email.toUpperCase()} `, email.replace('@', '＠')]) {
        const { status, body } = await register(account({ email: same }));
        expect(status).toBe(409);
        expect(body).toMatchObject({ statusCode: 409, error: { code: 'CONFLICT' } });
        expect(await statusOf(login({ email: same, password: PASSWORD }))).toBe(200);
      }
    });

    it('should make one account of twenty that ask at once', async () => {
      const email = newEmail();
      const inputs = Array.from({ length: 20 }, (_, i) =>
        account({ email: i % 2 ? email : email.toUpperCase(), password: `${PASSWORD} ${i}` }),
      );

      const answers = await Promise.all(inputs.map((input) => register(input)));

      const winner = answers.findIndex(({ status }) => status === 201);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.error?.code === 'CONFLICT')).toHaveLength(19);
      expect(await statusOf(login({ email, password: `${PASSWORD} ${winner}` }))).toBe(200);
      expect(await statusOf(login({ email, password: `${PASSWORD} ${(winner + 1) % 20}` }))).toBe(401);
    });

    it('should take a password of 72 bytes, to the last of them', async () => {
      const password = `${'😀'.repeat(17)}abcd`;
      const { email } = account();
      expect(await statusOf(register(account({ email, password })))).toBe(201);

      expect(await statusOf(login({ email, password }))).toBe(200);
      expect(await statusOf(login({ email, password: `${'😀'.repeat(17)}abce` }))).toBe(401);
    });

    it.each(['email', 'password', 'name'])('should insist on %s', async (field) => {
      const { [field]: _, ...rest } = account() as Record<string, unknown>;

      expect(await refusedFields(register(rest))).toContain(field);
      for (const [, value] of NO_TEXT)
        expect(await refusedFields(register({ ...rest, [field]: value }))).toContain(field);
    });

    it.each<[string, string, unknown]>([
      ['email', 'empty', ''],
      ['email', 'without @', 'ada.example.com'],
      ['email', 'without a domain', 'ada@'],
      ['email', 'two of them', 'ada@example.com,bob@example.com'],
      ['email', 'with a line end', 'ada@example.com\nbcc:x@example.com'],
      ['email', 'with NUL', 'ada\0@example.com'],
      ['email', 'too long', `${'a'.repeat(250)}@example.com`],
      ['password', 'empty', ''],
      ['password', 'short', '1234567'],
      ['password', '73 bytes', 'a'.repeat(73)],
      ['password', '74 bytes in 37 characters', 'é'.repeat(37)],
      ['password', 'with NUL', 'correct\0horse'],
      ['password', 'with half a character', 'correct horse \uD83D'],
      ['name', 'empty', ''],
      ['name', 'blank', '   '],
      ['name', 'invisible', '\u200B\u200B'],
      ['name', 'with NUL', 'A\0da'],
      ['name', 'with a line end', 'Ada\nLovelace'],
      ['name', 'too long', 'a'.repeat(101)],
      ['phone', 'null', null],
      ['phone', 'a number', 4915123456789],
      ['phone', 'an operator', { $ne: null }],
      ['phone', 'empty', ''],
      ['phone', 'national', '015123456789'],
      ['phone', 'letters', '+49abcdefgh'],
      ['phone', 'too long', '+1234567890123456'],
      ['phone', 'with NUL', '+4915123456789\0'],
      ['isAdmin', 'unknown', true],
      ['passwordHash', 'unknown', '$2b$04$abc'],
      ['id', 'unknown', '665f1f77bcf86cd799439011'],
    ])('should refuse %s: %s', async (field, _, value) => {
      expect(await refusedFields(register(account({ [field]: value })))).toContain(field);
    });

    it.each(['__proto__', 'constructor', 'prototype'])('should refuse the key %s', async (key) => {
      const body = JSON.stringify(account()).replace('{', `{"${key}":{"isAdmin":true},`);

      expect(await refusedFields(app.http.post('/api/auth/register').type('json').send(body))).toContain(key);
    });

    it.each(['[]', '"text"', '42', '{', ''])('should refuse the body %j', async (body) => {
      const { body: answer } = await app.http.post('/api/auth/register').type('json').send(body).expect(400);

      expect(answer).toMatchObject({ statusCode: 400, error: { code: 'VALIDATION' } });
    });

    it('should leave no account behind a refusal', async () => {
      const input = account();
      expect(await statusOf(register({ ...input, extra: 1 }))).toBe(400);

      expect(await statusOf(login({ email: input.email, password: PASSWORD }))).toBe(401);
    });
  });

  describe('POST /api/auth/login', () => {
    it('should answer tokens and the own profile', async () => {
      const { email } = account();
      const { body: user } = await register(account({ email }));

      const { status, body } = await login({ email, password: PASSWORD, deviceName: ' Phone ' });

      expect(status).toBe(200);
      expect(body).toEqual({
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        refreshToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: expect.any(Number),
        user,
      });
      const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString());
      expect(claims).toMatchObject({ userId: user.id, sessionId: expect.stringMatching(/^[0-9a-f]{24}$/) });
      expect(claims.exp - claims.iat).toBe(body.expiresIn);
    });

    it('should answer an unknown email and a wrong password alike', async () => {
      const { email } = account();
      expect(await statusOf(register(account({ email })))).toBe(201);

      const wrong = await login({ email, password: 'wrong password' });
      const unknown = await login({ email: newEmail(), password: PASSWORD });

      expect(wrong.status).toBe(401);
      expect(wrong.body).toMatchObject({ statusCode: 401, error: { code: 'UNAUTHENTICATED' } });
      expect(unknown.status).toBe(401);
      expect(unknown.body).toEqual(wrong.body);
    });

    it.each(['email', 'password'])('should insist on %s', async (field) => {
      const { [field]: _, ...rest } = { email: newEmail(), password: PASSWORD } as Record<string, unknown>;

      expect(await refusedFields(login(rest))).toContain(field);
      for (const [, value] of NO_TEXT)
        expect(await refusedFields(login({ ...rest, [field]: value }))).toContain(field);
    });

    it.each<[string, unknown]>([
      ['password', ''],
      ['password', 'a'.repeat(73)],
      ['password', 'correct\0horse'],
      ['deviceName', ''],
      ['deviceName', null],
      ['deviceName', 'a'.repeat(101)],
      ['deviceName', 'Pho\0ne'],
      ['deviceName', { $ne: null }],
      ['userId', '665f1f77bcf86cd799439011'],
    ])('should refuse the %s %j', async (field, value) => {
      expect(await refusedFields(login({ email: newEmail(), password: PASSWORD, [field]: value }))).toContain(
        field,
      );
    });
  });

  describe('too many logins', () => {
    it('should be RATE_LIMITED per address and email, and say when to come back', async () => {
      const email = newEmail();
      const { points } = RATE_LIMITS['auth.login'];
      const tries = await Promise.all(
        Array.from({ length: points + 5 }, () => login({ email, password: 'wrong password' })),
      );

      const refused = tries.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(5);
      expect(refused[0]!.body).toMatchObject({ statusCode: 429, error: { code: 'RATE_LIMITED' } });
      expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0);
      expect(await statusOf(login({ email: newEmail(), password: PASSWORD }))).toBe(401);
    });
  });

  describe('POST /api/auth/password', () => {
    const NEXT = 'battery staple';

    it('should change it and end the other sessions, not this one', async () => {
      const { email, phone, laptop } = await withTwoDevices();

      const { text } = await changePassword(phone, { currentPassword: PASSWORD, newPassword: NEXT }).expect(
        204,
      );

      expect(text).toBe('');
      expect(await statusOf(me(phone))).toBe(200);
      expect(await statusOf(me(laptop))).toBe(401);
      expect(await statusOf(login({ email, password: PASSWORD }))).toBe(401);
      expect(await statusOf(login({ email, password: NEXT }))).toBe(200);
    });

    it('should refuse a wrong current password and leave everything as it is', async () => {
      const { email, phone, laptop } = await withTwoDevices();

      const { body } = await changePassword(phone, {
        currentPassword: 'wrong password',
        newPassword: NEXT,
      }).expect(403);

      expect(body).toMatchObject({ statusCode: 403, error: { code: 'FORBIDDEN' } });
      expect(await statusOf(me(laptop))).toBe(200);
      expect(await statusOf(login({ email, password: PASSWORD }))).toBe(200);
    });

    it('should let one of two changes at once win', async () => {
      const { email, phone, laptop } = await withTwoDevices();
      const passwords = [`${NEXT} 0`, `${NEXT} 1`];

      const answers = await Promise.all(
        passwords.map((newPassword, i) =>
          changePassword(i ? laptop : phone, { currentPassword: PASSWORD, newPassword }),
        ),
      );
      const logins = await Promise.all(passwords.map((password) => login({ email, password })));

      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
      expect(logins.map(({ status }) => status === 200)).toEqual(answers.map(({ status }) => status === 204));
    });

    it('should leave no session to a login with the old password that runs at the same time', async () => {
      const { email, phone } = await withTwoDevices();

      const [, ...logins] = await Promise.all([
        changePassword(phone, { currentPassword: PASSWORD, newPassword: NEXT }).expect(204),
        ...Array.from({ length: 10 }, () => login({ email, password: PASSWORD })),
      ]);

      expect(logins.filter(({ status }) => status !== 200 && status !== 401)).toEqual([]);
      for (const { body } of logins.filter(({ status }) => status === 200)) {
        expect(await statusOf(me(`Bearer ${body.accessToken}`))).toBe(401);
      }
    });

    it.each<[string, unknown]>([
      ['currentPassword', undefined],
      ['currentPassword', { $ne: null }],
      ['currentPassword', 'a'.repeat(73)],
      ['newPassword', undefined],
      ['newPassword', 'short'],
      ['newPassword', 'é'.repeat(37)],
      ['newPassword', 'battery\0staple'],
      ['newPassword', null],
      ['userId', '665f1f77bcf86cd799439011'],
    ])('should refuse the %s %j', async (field, value) => {
      const { phone } = await withTwoDevices();

      expect(
        await refusedFields(
          changePassword(phone, { currentPassword: PASSWORD, newPassword: NEXT, [field]: value }),
        ),
      ).toContain(field);
    });
  });
});
