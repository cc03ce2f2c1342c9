import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, PASSWORD, type TestApp } from '../support/create-test-app.js';

const run = `${process.pid}${Date.now()}`;
let count = 0;

interface Person {
  id: string;
  name: string;
  email: string;
  phone: string | null;
  token: string;
}

let app: TestApp;
let ada: Person;
let bob: Person & { phone: string };

const phoneOf = (n: number) => `+49${run.slice(-8)}${String(n).padStart(3, '0')}`;
const publicView = ({ id, name }: Person) => ({ id, name, about: '', avatarUrl: null });
const get = (path: string, { token } = ada) => app.http.get(path).set('Authorization', `Bearer ${token}`);
const patch = (body: object, { token } = ada) =>
  app.http.patch('/api/users/me').set('Authorization', `Bearer ${token}`).send(body);
const search = (text: string, more = '') => get(`/api/users?search=${encodeURIComponent(text)}${more}`);

async function newPerson(name: string, phone?: string): Promise<Person> {
  const email = `users-${run}-${count++}@example.com`;
  const registered = await app.http
    .post('/api/auth/register')
    .send({ email, password: PASSWORD, name, phone });
  expect(registered.status).toBe(201);
  return { ...registered.body, token: (await app.login(email)).token };
}

describe('users', () => {
  beforeAll(async () => {
    app = await createTestApp();
    ada = await newPerson('Ada Lovelace', phoneOf(1));
    bob = { ...(await newPerson('Bob')), phone: phoneOf(2) };
    await patch({ phone: bob.phone }, bob);
  });

  afterAll(() => app.close());

  describe('own profile', () => {
    it('should be the same under both names', async () => {
      const { body } = await get('/api/users/me').expect(200);
      const { body: alias } = await get('/api/user/profile').expect(200);

      expect(body).toEqual({
        ...publicView(ada),
        email: ada.email,
        phone: ada.phone,
        createdAt: expect.stringMatching(/Z$/),
      });
      expect(alias).toEqual(body);
    });

    it('should change what is named and leave the rest', async () => {
      const person = await newPerson('Carl', phoneOf(3));

      const { body } = await patch({ name: '  Carla ', about: 'At sea' }, person).expect(200);
      expect(body).toMatchObject({
        name: 'Carla',
        about: 'At sea',
        phone: person.phone,
        email: person.email,
      });

      const { body: without } = await patch({ phone: null, about: '' }, person).expect(200);
      expect(without).toMatchObject({ name: 'Carla', about: '', phone: null });
      const { body: unchanged } = await patch({}, person).expect(200);
      expect(unchanged).toEqual(without);
      expect((await get('/api/users/me', person)).body).toEqual(without);
    });

    it.each<[string, unknown]>([
      ['name', null],
      ['name', ''],
      ['name', '  '],
      ['name', 1],
      ['name', { $ne: null }],
      ['name', ['Ada']],
      ['name', 'a'.repeat(101)],
      ['name', 'A\0da'],
      ['name', '\u200B'],
      ['about', null],
      ['about', 1],
      ['about', 'a'.repeat(141)],
      ['about', 'a\0'],
      ['about', { $set: {} }],
      ['phone', ''],
      ['phone', 1],
      ['phone', '12345'],
      ['phone', { $ne: null }],
      ['phone', '+49151\0'],
      ['email', 'new@example.com'],
      ['id', '665f1f77bcf86cd799439011'],
      ['rev', 7],
      ['$set', { email: 'new@example.com' }],
      ['passwordHash', 'x'],
      ['avatarUrl', 'https://example.com/x.png'],
    ])('should refuse the %s %j', async (field, value) => {
      const { body } = await patch({ [field]: value }).expect(400);

      expect(body.error.code).toBe('VALIDATION');
      expect(body.error.details.map((detail: { field: string }) => detail.field)).toContain(field);
      expect((await get('/api/users/me')).body.name).toBe('Ada Lovelace');
    });

    it('should refuse __proto__', async () => {
      const { body } = await app.http
        .patch('/api/users/me')
        .set('Authorization', `Bearer ${ada.token}`)
        .type('json')
        .send('{"__proto__":{"name":"Eve"}}')
        .expect(400);

      expect(body.error.details[0].field).toBe('__proto__');
    });
  });

  describe('GET /api/users/:id', () => {
    it('should answer the public view', async () => {
      const { body } = await get(`/api/users/${bob.id}`).expect(200);

      expect(body).toEqual(publicView(bob));
    });

    it('should not find who is not there, and refuse what is no id', async () => {
      const { body } = await get('/api/users/ffffffffffffffffffffffff').expect(404);
      expect(body).toMatchObject({ statusCode: 404, error: { code: 'NOT_FOUND' } });

      for (const id of ['ada', '1', `${bob.id}0`, '%00', '[$ne]']) {
        expect((await get(`/api/users/${id}`).expect(400)).body.error.code).toBe('VALIDATION');
      }
    });
  });

  describe('GET /api/users?search=', () => {
    it.each<[string, () => string]>([
      ['email', () => bob.email],
      ['email in other case, with spaces', () => `  ${bob.email.toUpperCase()} `],
      ['phone', () => bob.phone],
      [
        'phone as people write it',
        () => `${bob.phone.slice(0, 3)} (${bob.phone.slice(3, 6)}) ${bob.phone.slice(6)}`,
      ],
    ])('should find by whole %s, and show neither email nor phone', async (_, text) => {
      const { body } = await search(text()).expect(200);

      expect(body).toEqual({ items: [publicView(bob)], nextCursor: null });
    });

    it('should find by a phone whose plus the query string made a space', async () => {
      const { body } = await get(`/api/users?search=${bob.phone}`).expect(200);

      expect(body.items).toEqual([publicView(bob)]);
    });

    it('should not find by a part of email or phone', async () => {
      for (const part of [bob.email.slice(0, -1), `@example.com`, bob.phone.slice(0, -1)]) {
        expect((await search(part).expect(200)).body.items).toEqual([]);
      }
    });

    it('should find by how a name begins, in any case, page by page in order', async () => {
      const prefix = `Zoë${run}`;
      const names = ['a', 'B', 'b', 'c', 'D'].map((suffix) => `${prefix} ${suffix}`);
      for (const name of names) await newPerson(name);
      await newPerson(`x${prefix}`);

      const found: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body } = await search(prefix.toUpperCase(), `&limit=2${page}`).expect(200);
        expect(body.items.length).toBeLessThanOrEqual(2);
        found.push(...body.items.map(({ name }: Person) => name));
        cursor = body.nextCursor;
      }

      expect(found).toEqual(names);
    });

    it('should follow a change of name', async () => {
      const person = await newPerson(`Old${run}`);
      await patch({ name: `New${run}` }, person).expect(200);

      expect((await search(`new${run}`)).body.items).toHaveLength(1);
      expect((await search(`old${run}`)).body.items).toHaveLength(0);
    });

    it('should come to the next page of the longest names', async () => {
      const name = run + '😀'.repeat(100 - run.length);
      const people = [await newPerson(name), await newPerson(name)];

      const { body: first } = await search(name, '&limit=1').expect(200);
      const { body: second } = await search(name, `&limit=1&cursor=${first.nextCursor}`).expect(200);

      expect(new Set([first.items[0].id, second.items[0].id])).toEqual(new Set(people.map(({ id }) => id)));
    });

    it.each(['.*', '^A', '(a+)+$', '[a-z]', '$where', '\\', '{"$ne":null}'])(
      'should take %j for text, not for a pattern',
      async (text) => {
        expect((await search(`${text}${text}`).expect(200)).body).toEqual({ items: [], nextCursor: null });
      },
    );

    it('should be bound by an index, whatever it looks for', async () => {
      const users = app.connection.collection('users');
      const scans = [
        users.find({ email: bob.email }),
        users.find({ phone: bob.phone }).sort({ _id: 1 }).limit(51),
        users
          .find({ nameKey: { $gte: 'bo', $lt: 'bo\u{10FFFF}' } })
          .sort({ nameKey: 1, _id: 1 })
          .limit(51),
      ];

      const plans = await Promise.all(scans.map((scan) => scan.explain('executionStats')));

      expect(plans.map(({ executionStats }) => executionStats.totalDocsExamined)).toEqual([1, 1, 1]);
    });

    it.each([
      '',
      '?search=',
      '?search=a',
      '?search=%20%20a%20',
      '?search=%E2%80%8B%E2%80%8B',
      '?search=a%00b',
      `?search=${'a'.repeat(255)}`,
      '?search[$ne]=ab',
      '?search=ab&search=cd',
      '?search=ada&limit=0',
      '?search=ada&limit=101',
      '?search=ada&limit=1.5',
      '?search=ada&cursor=abc',
      '?search=ada&cursor=WyJhIl0',
      '?search=ada&name=x',
      '?search=ada&__proto__=x',
    ])('should refuse %j', async (query) => {
      const { body } = await get(`/api/users${query}`).expect(400);

      expect(body.error.code).toBe('VALIDATION');
    });
  });

  it('should never show a hash, nor what is private of another', async () => {
    const answers = await Promise.all([
      get('/api/users/me'),
      get(`/api/users/${bob.id}`),
      search('Bob'),
      search(bob.email),
      search(bob.phone),
      patch({ about: 'nothing to hide' }),
    ]);

    for (const { text, status } of answers) {
      expect(status).toBe(200);
      expect(text).not.toMatch(/hash|\$2b\$/i);
      expect(text).not.toContain(bob.email);
      expect(text).not.toContain(bob.phone);
    }
  });
});
