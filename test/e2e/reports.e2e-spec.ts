import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

const NOBODY = 'f'.repeat(24);
const DAY_MS = 86_400_000;

describe('POST /api/reports', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let message: { id: string; text: string };

  const report = (user: TestUser, body: object, key?: string) =>
    app.http
      .post('/api/reports')
      .set(user.auth)
      .set(key ? { 'Idempotency-Key': key } : {})
      .send({ reason: 'spam', ...body });
  const count = () => app.connection.collection('reports').countDocuments();
  const stored = async (id: string) =>
    app.connection.collection('reports').findOne({ $expr: { $eq: [{ $toString: '$_id' }, id] } });

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await app.directChat(ann, bob);
    const phone = await app.connectAs(bob);
    ({ message } = await phone.ok('new_message', { chatId, clientMessageId: 'm', text: 'buy this' }));
  });

  afterAll(() => app.close());

  it('should keep a message with its content, and tell nobody', async () => {
    const phone = await app.connectAs(bob);

    const { body } = await report(ann, { messageId: message.id, details: 'again and again' }).expect(201);

    expect(body).toEqual({ id: expect.any(String), createdAt: expect.stringMatching(/Z$/) });
    expect(await stored(body.id as string)).toMatchObject({
      reason: 'spam',
      details: 'again and again',
      snapshot: { message },
    });
    await phone.settle();
    expect(phone.heard).toEqual([]);
  });

  it('should keep a person as the reporter sees them', async () => {
    const { body } = await report(eve, { userId: bob.id }).expect(201);

    const kept = await stored(body.id as string);
    expect(kept?.snapshot).toEqual({
      user: { id: bob.id, name: bob.user.name, about: '', avatarUrl: null },
    });
    expect(String(kept?.accusedIds)).toBe(bob.id);
  });

  it('should keep a status that the reporter can see, and find no other', async () => {
    const posted = await app.http.post('/api/status').set(bob.auth).send({ type: 'text', text: 'ad' });
    const statusId = (posted.body as { id: string }).id;

    const { body } = await report(ann, { statusId }).expect(201);

    expect((await stored(body.id as string))?.snapshot.status).toMatchObject({ userId: bob.id });
    const { body: refusal } = await report(eve, { statusId }).expect(404);
    expect(refusal).toEqual((await report(eve, { statusId: NOBODY }).expect(404)).body);
  });

  it('should not let a stranger find out that a message exists', async () => {
    const before = await count();

    const { body: foreign } = await report(eve, { messageId: message.id }).expect(404);
    const { body: missing } = await report(eve, { messageId: NOBODY }).expect(404);

    expect(foreign).toEqual(missing);
    await report(ann, { messageId: message.id, userId: NOBODY }).expect(404);
    expect(await count()).toBe(before);
  });

  it.each<[string, object]>([
    ['no target', {}],
    ['no reason', { userId: NOBODY, reason: undefined }],
    ['a blank reason', { userId: NOBODY, reason: '  ' }],
    ['a long reason', { userId: NOBODY, reason: 'x'.repeat(101) }],
    ['long details', { userId: NOBODY, details: 'x'.repeat(2001) }],
    ['what is no id', { messageId: 'm' }],
    ['unknown fields', { userId: NOBODY, reporterId: NOBODY }],
  ])('should refuse %s', async (_, body) => {
    expect((await report(ann, body).expect(400)).body.error.code).toBe('VALIDATION');
  });

  it('should refuse oneself and who is not logged in', async () => {
    expect((await report(ann, { userId: ann.id }).expect(400)).body.error.code).toBe('VALIDATION');
    await app.http.post('/api/reports').send({ userId: bob.id, reason: 'spam' }).expect(401);
  });

  it('should make one report per Idempotency-Key and day', async () => {
    const before = await count();
    const tries = await Promise.all([1, 2, 3].map(() => report(ann, { userId: bob.id }, 'key')));

    expect(tries.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect(new Set(tries.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
    expect((await report(ann, { userId: eve.id }, 'key').expect(409)).body.error.code).toBe('CONFLICT');
    await report(eve, { userId: bob.id }, 'key').expect(201);
    expect(await count()).toBe(before + 2);
    app.clock.advance(DAY_MS + 1000);
    const { token } = await app.login(ann.email);
    await report({ ...ann, auth: { Authorization: `Bearer ${token}` } }, { userId: eve.id }, 'key').expect(
      201,
    );
  });
});
