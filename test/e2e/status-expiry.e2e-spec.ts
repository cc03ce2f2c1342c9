import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { feedOf, post, save } from '../support/status-people.js';
import type { TestSocket } from '../support/test-socket.js';

const HOUR_MS = 3_600_000;
const TTL_HOURS = 0.5;

describe('the end of a status', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let bobPhone: TestSocket;

  beforeAll(async () => {
    app = await createTestApp({ STATUS_TTL_HOURS: String(TTL_HOURS), JWT_EXPIRES_IN: '30d' });
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    await save(app, ann, bob);
    bobPhone = await app.connectAs(bob);
  });

  afterAll(() => app.close());

  const rows = async (name: string) => app.connection.collection(name).countDocuments();

  it('should be gone at its very moment for every route and event, swept or not', async () => {
    const { id, createdAt, expiresAt } = await post(app, ann);
    const asAnn = (path: string) => app.http.get(`/api/status${path}`).set(ann.auth);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(TTL_HOURS * HOUR_MS);
    await bobPhone.ok('view_status', { statusId: id });
    app.clock.advance(TTL_HOURS * HOUR_MS - 10_000);
    expect((await feedOf(app, bob)).items).toHaveLength(1);

    app.clock.advance(10_000);

    const error = { statusCode: 404, error: { code: 'NOT_FOUND', message: 'Status not found' } };
    const calls = [
      app.http.post(`/api/status/${id}/view`).set(bob.auth),
      app.http.put(`/api/status/${id}/reaction`).set(bob.auth).send({ emoji: '👍' }),
      app.http.delete(`/api/status/${id}/reaction`).set(bob.auth),
      app.http.post(`/api/status/${id}/reply`).set(bob.auth).send({ clientMessageId: 'r', text: 'late' }),
      app.http.delete(`/api/status/${id}`).set(ann.auth),
      asAnn(`/${id}/viewers`),
    ];
    for (const { body } of await Promise.all(calls)) expect(body).toEqual(error);
    await bobPhone.refusal('NOT_FOUND', 'view_status', { statusId: id });
    expect((await feedOf(app, bob)).items).toEqual([]);
    expect((await asAnn('/mine').expect(200)).body.items).toEqual([]);
    for (const user of [ann, bob]) {
      const sync = await app.http.post('/api/sync').set(user.auth).send({ chats: {}, me: 0 }).expect(200);
      expect(sync.body.statuses).toEqual({ items: [], hasMore: false });
    }
  });

  it('should leave the database by the sweeper; where its key still counts without its content', async () => {
    await post(app, ann);
    await app.http.post('/api/status').set(ann.auth).set('Idempotency-Key', 'kept').send({
      type: 'text',
      text: 'keyed',
    });
    app.clock.advance(TTL_HOURS * HOUR_MS);
    await expect.poll(() => rows('status_views')).toBe(0);
    await expect.poll(() => rows('statuses')).toBe(1);
    const shell = await app.connection.collection('statuses').findOne({});
    expect(Object.keys(shell ?? {}).toSorted()).toEqual([
      '_id',
      'contentHash',
      'createdAt',
      'creationKey',
      'purgeAt',
      'userId',
    ]);
  });

  it('should free an idempotency key after a day, and clear away what is left of it', async () => {
    const send = () =>
      app.http
        .post('/api/status')
        .set(ann.auth)
        .set('Idempotency-Key', 'daily')
        .send({ type: 'text', text: 'daily' });
    await send().expect(201);
    app.clock.advance(HOUR_MS);
    expect((await send().expect(410)).body.error.code).toBe('GONE');

    app.clock.advance(23 * HOUR_MS);

    await send().expect(201);
  });
});
