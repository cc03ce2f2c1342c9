import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queryPlansOf } from '../support/query-plans.js';

describe('queries of contacts, blocks, privacy and presence', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let cat: TestUser;

  const plansOf = (work: () => Promise<unknown>) => queryPlansOf(app.connection, work);

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob, cat] = (await app.users(3)) as [TestUser, TestUser, TestUser];
  });

  afterAll(() => app.close());

  it('should find all by an index', async () => {
    const phone = await app.connectAs(ann);
    const chatId = await app.directChat(ann, bob);

    const plans = await plansOf(async () => {
      for (const list of ['contacts', 'blocks']) {
        await app.http.put(`/api/${list}/${cat.id}`).set(bob.auth).expect(204);
        await app.http
          .get(`/api/${list}?limit=1&cursor=WyIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAiXQ`)
          .set(bob.auth);
        await app.http.delete(`/api/${list}/${cat.id}`).set(bob.auth).expect(204);
      }
      await app.http.get(`/api/users/${bob.id}`).set(ann.auth).expect(200);
      await app.http
        .patch('/api/users/me/privacy')
        .set(bob.auth)
        .send({ messages: { level: 'nobody' } });
      await phone.refusal('FORBIDDEN', 'new_message', { chatId, clientMessageId: 'x', text: 'x' });
      await phone.ok('typing', { chatId });
      await phone.ok('presence', { userIds: [bob.id] });
      await app.group(ann, [bob, cat]);
      await app.http.post('/api/sync').set(bob.auth).send({ chats: {}, me: 0 }).expect(200);
      await app.http
        .post('/api/reports')
        .set(ann.auth)
        .set('Idempotency-Key', 'k')
        .send({ userId: bob.id, reason: 'spam' });
    });

    expect(plans.length).toBeGreaterThan(30);
    expect(plans.filter((plan) => plan.includes('COLLSCAN'))).toEqual([]);
  });

  it('should not query for the settings of a chat with each of its messages', async () => {
    const phone = await app.connectAs(bob);
    const chatId = await app.directChat(bob, ann);
    const send = (i: number) => phone.ok('new_message', { chatId, clientMessageId: `m${i}`, text: 'x' });
    await send(0);

    const plans = await plansOf(async () => {
      for (let i = 1; i <= 10; i += 1) await send(i);
    });

    expect(plans.filter((plan) => /^(users|contacts|blocks):/.test(plan))).toEqual([]);
  });

  it('should take the same few queries whatever the number of people', async () => {
    const people = await app.users(8);
    const ask = (users: TestUser[]) =>
      plansOf(() =>
        app.http
          .post('/api/chats')
          .set(ann.auth)
          .send({ type: 'group', title: 'g', memberIds: users.map(({ id }) => id) }),
      );

    const [few, many] = [await ask(people.slice(0, 1)), await ask(people)].map((plans) =>
      plans
        .map((plan) => plan.split(':')[0])
        .filter((name) => ['users', 'contacts', 'blocks'].includes(name ?? '')),
    );

    expect(few).toEqual(['users', 'users', 'contacts', 'blocks']);
    expect(many).toEqual(few);
  });
});
