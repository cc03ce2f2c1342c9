import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SyncService } from '../../src/sync/sync.service.js';
import type { SyncView } from '../../src/sync/sync.view.js';
import { untilIndexed } from '../support/counted-queries.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';

const CROWD = 20;
/** For what they may see of others' statuses. What all share are ten queries, and each of the crowd asked eleven of its own. */
const QUERIES_EACH = 1;
const SHARED_QUERIES = 20;

/** Everybody comes back at once, as after an outage, and most have missed nothing. */
describe('a crowd that syncs', () => {
  let app: TestApp;
  let people: TestUser[];
  let chatIds: string[];

  beforeAll(async () => {
    app = await createTestApp();
    people = [];
    for (let n = 0; n < CROWD; n += 1) people.push(await app.registerAndLogin());
    const [first, ...others] = people as [TestUser, ...TestUser[]];
    chatIds = [await app.group(first, others)];
    for (const other of others) chatIds.push(await app.directChat(first, other));
    await write(first, chatIds[0] as string, 'hello');
    await untilIndexed(app.connection);
    await Promise.all(people.map((user) => sync(user)));
  });

  afterAll(() => app.close());

  const write = (user: TestUser, chatId: string, text: string) =>
    app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId: text, text })
      .expect(201);

  const bodyOf = (held?: SyncView) => {
    const revs =
      held?.chats.map(({ chat, rev, receiptRev }) => [chat.id, { rev, receiptRev }] as const) ?? [];
    return { chats: Object.fromEntries(revs), me: held?.me?.rev ?? 0 };
  };

  const sync = async (user: TestUser, held?: SyncView): Promise<SyncView> => {
    const answer = await app.http.post('/api/sync').set(user.auth).send(bodyOf(held)).expect(200);
    return answer.body as SyncView;
  };

  it('should share the queries that tell that nothing is new', async () => {
    const held = await Promise.all(people.map((user) => sync(user)));

    const service = app.app.get(SyncService);
    const asked = await queriedCollections(app.connection, async () => {
      const answers = await Promise.all(people.map(({ id }, index) => service.sync(id, bodyOf(held[index]))));
      for (const answer of answers) expect(answer).toMatchObject({ chats: [], removedChats: [], calls: [] });
      for (const answer of answers) expect(answer.me).toBeUndefined();
    });

    expect(asked.length).toBeLessThanOrEqual(CROWD * QUERIES_EACH + SHARED_QUERIES);
  });

  it('should bring everybody their own all the same', async () => {
    const held = await Promise.all(people.map((user) => sync(user)));
    const [first, second, third] = people as [TestUser, TestUser, TestUser];
    await write(first, chatIds[1] as string, 'for the second');
    const { body } = await write(first, chatIds[2] as string, 'for the third');
    const { id: messageId } = body as { id: string };
    await app.http.delete(`/api/messages/${messageId}?for=me`).set(third.auth);
    await app.http.put(`/api/contacts/${first.id}`).set(second.auth);
    await app.http.post('/api/status').set(first.auth).send({ type: 'text', text: 'news' }).expect(201);

    const answers = await Promise.all(people.map((user, index) => sync(user, held[index])));

    const texts = answers.map(({ chats }) =>
      chats.flatMap(({ messages }) => messages.map(({ text }) => text)),
    );
    expect(texts[0]?.toSorted()).toEqual(['for the second', 'for the third']);
    expect(texts[1]).toEqual(['for the second']);
    expect(texts.slice(3).flat()).toEqual([]);
    expect(answers[2]?.chats.map(({ removed }) => removed)).toEqual([[messageId]]);
    expect(answers.map(({ me }) => me !== undefined)).toEqual(people.map((_, n) => n === 1 || n === 2));
    expect(answers.map(({ statuses }) => statuses?.items.map(({ text }) => text))).toEqual(
      people.map(() => ['news']),
    );
  });
});
