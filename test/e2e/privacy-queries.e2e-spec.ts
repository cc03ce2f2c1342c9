import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';

describe('queries for privacy', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;

  const isOfPrivacy = (collection: string) => ['users', 'contacts', 'blocks'].includes(collection);
  const queriedBy = (work: () => Promise<unknown>) => queriedCollections(app.connection, work);

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
  });

  afterAll(() => app.close());

  it('should not query for the settings of a chat with each of its messages', async () => {
    const phone = await app.connectAs(bob);
    const chatId = await app.directChat(bob, ann);
    const send = (i: number) => phone.ok('new_message', { chatId, clientMessageId: `m${i}`, text: 'x' });
    await send(0);

    const queried = await queriedBy(async () => {
      for (let i = 1; i <= 10; i += 1) await send(i);
    });

    expect(queried).toContain('messages');
    expect(queried.filter(isOfPrivacy)).toEqual([]);
  });

  it('should take the same few queries whatever the number of people', async () => {
    const people = await app.users(8);
    const ask = (users: TestUser[]) =>
      queriedBy(() =>
        app.http
          .post('/api/chats')
          .set(ann.auth)
          .send({ type: 'group', title: 'g', memberIds: users.map(({ id }) => id) }),
      );

    const few = (await ask(people.slice(0, 1))).filter(isOfPrivacy);
    const many = (await ask(people)).filter(isOfPrivacy);

    expect(few).toEqual(['users', 'users', 'contacts', 'blocks']);
    expect(many).toEqual(few);
  });
});
