import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { SEARCH_INDEX_MS } from '../../src/jobs/search-index.job.js';
import { SearchBacklog } from '../../src/search/search-backlog.service.js';
import type { FoundMessageView, SearchPageView } from '../../src/search/search.view.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';

describe('GET /api/messages/search', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let sent = 0;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
  });
  afterAll(() => app.close());

  const get = (user: TestUser, q: string, rest: Record<string, string> = {}) =>
    app.http.get(`/api/messages/search?${new URLSearchParams({ q, ...rest }).toString()}`).set(user.auth);
  const search = async (user: TestUser, q: string, rest: Record<string, string> = {}) =>
    (await get(user, q, rest).expect(200)).body as SearchPageView;
  const texts = async (user: TestUser, q: string, rest: Record<string, string> = {}) =>
    (await search(user, q, rest)).items.map(({ text }) => text);
  const send = async (user: TestUser, chatId: string, text: string): Promise<FoundMessageView> => {
    const message = { clientMessageId: `m${(sent += 1)}`, text };
    return (await app.http.post(`/api/chats/${chatId}/messages`).set(user.auth).send(message).expect(201))
      .body as FoundMessageView;
  };
  const entries = () => app.connection.collection('search_entries');

  it('should find what one has just sent, and what others have, with the message and a snippet', async () => {
    const chatId = await app.directChat(ann, bob);
    const message = await send(ann, chatId, 'Shall we have LUNCH at the Café tomorrow?');
    await send(bob, chatId, 'Lunch? Yes!');

    const snippet = {
      text: 'Shall we have LUNCH at the Café tomorrow?',
      matches: [
        [14, 19],
        [27, 31],
      ],
    };
    expect(await search(ann, 'cafe lunch')).toEqual({
      items: [Object.assign(message, { snippet })],
      nextCursor: null,
    });
    expect(await texts(bob, 'lunch')).toEqual(['Lunch? Yes!', 'Shall we have LUNCH at the Café tomorrow?']);
    expect(await texts(bob, 'dinner')).toEqual([]);
  });

  it('should keep strangers out of it', async () => {
    const chatId = await app.group(ann, [bob], 'secret');
    await send(ann, chatId, 'the password is swordfish');

    expect(await texts(bob, 'swordfish')).toHaveLength(1);
    expect(await texts(eve, 'swordfish')).toEqual([]);
    expect(await texts(eve, 'swordfish', { senderId: ann.id })).toEqual([]);
    const { body } = await get(eve, 'swordfish', { chatId }).expect(404);
    const unknown = await get(eve, 'swordfish', { chatId: 'f'.repeat(24) }).expect(404);
    expect(body).toEqual(unknown.body);
  });

  it('should keep an ex-member to what was sent while they were in, and who joins to what follows', async () => {
    const chatId = await app.group(ann, [bob], 'comings and goings');
    await send(ann, chatId, 'banana before');
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    await send(ann, chatId, 'banana behind his back');
    await app.http
      .post(`/api/chats/${chatId}/members`)
      .set(ann.auth)
      .send({ userIds: [eve.id] });
    await send(ann, chatId, 'banana for eve');

    expect(await texts(bob, 'banana')).toEqual(['banana before']);
    expect(await texts(bob, 'banana', { chatId })).toEqual(['banana before']);
    expect(await texts(eve, 'banana')).toEqual(['banana for eve']);
    expect(await texts(ann, 'banana')).toHaveLength(3);

    await app.http
      .post(`/api/chats/${chatId}/members`)
      .set(ann.auth)
      .send({ userIds: [bob.id] });
    await send(ann, chatId, 'banana again');
    expect(await texts(bob, 'banana')).toEqual(['banana again', 'banana before']);

    await app.http.delete(`/api/chats/${chatId}/me`).set(bob.auth).expect(204);
    await app.http.delete(`/api/chats/${chatId}/me`).set(bob.auth).expect(204);
    expect(await texts(bob, 'banana')).toEqual([]);
    await get(bob, 'banana', { chatId }).expect(404);
  });

  it('should not find what one has deleted with its chat', async () => {
    const [cem, dia] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.directChat(cem, dia);
    await send(dia, chatId, 'papaya one');
    await app.http.delete(`/api/chats/${chatId}/me`).set(cem.auth).expect(204);
    expect(await texts(cem, 'papaya')).toEqual([]);

    await send(dia, chatId, 'papaya two');

    expect(await texts(cem, 'papaya')).toEqual(['papaya two']);
    expect(await texts(dia, 'papaya')).toEqual(['papaya two', 'papaya one']);
  });

  it('should look in one chat, or for one sender', async () => {
    const [one, two] = [await app.group(ann, [bob], 'one'), await app.group(ann, [bob], 'two')];
    await send(ann, one, 'cherry by ann in one');
    await send(bob, one, 'cherry by bob in one');
    await send(bob, two, 'cherry by bob in two');

    expect(await texts(ann, 'cherry', { chatId: one })).toEqual([
      'cherry by bob in one',
      'cherry by ann in one',
    ]);
    expect(await texts(ann, 'cherry', { senderId: bob.id })).toEqual([
      'cherry by bob in two',
      'cherry by bob in one',
    ]);
    expect(await texts(ann, 'cherry', { chatId: two, senderId: ann.id })).toEqual([]);
    expect(await texts(ann, 'cherry', { senderId: eve.id })).toEqual([]);
  });

  it('should put words in their order first, then whole words, then beginnings, the newest of each first', async () => {
    const chatId = await app.group(ann, [], 'ranks');
    await send(ann, chatId, 'grape juice');
    await send(ann, chatId, 'juice of a grape');
    await send(ann, chatId, 'grape juicer');
    await send(ann, chatId, 'Grape juice again');

    expect(await texts(ann, 'grape juice', { chatId })).toEqual([
      'Grape juice again',
      'grape juicer',
      'grape juice',
      'juice of a grape',
    ]);
    expect(await texts(ann, 'juice ', { chatId })).toHaveLength(3);
  });

  it.each([
    ['我明天去北京大学', '北京', '大学', '北大'],
    ['東京タワーで会いましょう', 'タワー', '会い', '京ワ'],
    ['สวัสดีครับ', 'ครับ', 'สวัสดี', 'ครบ'],
    ['한국에서 만나요', '한국', '만나', '국만'],
    ['Привет, Ёжик', 'ежик', 'ПРИВЕТ', 'прив е'],
  ])('should find parts of "%s"', async (text, part, other, not) => {
    const chatId = await app.group(ann, [], text);
    await send(ann, chatId, text);

    expect(await texts(ann, part, { chatId })).toEqual([text]);
    expect(await texts(ann, other, { chatId })).toEqual([text]);
    expect(await texts(ann, not, { chatId })).toEqual([]);
  });

  it.each(['$where', '{"$ne":null}', 'a|b', '[a-z]+', '$literal mango'])(
    'should take %s for the words in it',
    async (q) => {
      expect(await texts(ann, q)).toEqual([]);
    },
  );

  it.each(['.*', '^', '(((((', '\\', '...'])(
    'should say that there is nothing to look for in %s',
    async (q) => {
      const { body } = await get(ann, q).expect(400);

      expect(body).toMatchObject({ error: { code: 'VALIDATION', details: [{ field: 'q' }] } });
    },
  );

  it('should page through all there is, each once, whatever is sent meanwhile', async () => {
    const chatId = await app.group(ann, [], 'pages');
    const socket = await app.connectAs(ann);
    const all = Array.from({ length: 450 }, (_, n) => `lemon ${n % 3 ? 'fresh' : 'lemonade'} ${n}`);
    for (const text of all) await socket.ok('new_message', { chatId, clientMessageId: text, text });

    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: SearchPageView = await search(ann, 'lemon fresh', {
        chatId,
        limit: '40',
        ...(cursor && { cursor }),
      });
      found.push(...page.items.map(({ text }) => text));
      await send(ann, chatId, `lemon fresh, sent late ${found.length}`);
      cursor = page.nextCursor;
    } while (cursor);

    expect(found).toHaveLength(300);
    expect(new Set(found)).toEqual(new Set(all.filter((text) => text.includes('fresh'))));
  }, 60_000);

  it('should refuse a cursor of another list', async () => {
    const cursor = Buffer.from(JSON.stringify(['x', 1])).toString('base64url');

    const { body } = await get(ann, 'lunch', { cursor }).expect(400);
    expect(body).toMatchObject({ error: { details: [{ field: 'cursor' }] } });
  });

  it('should never show what a message does not say any more, even where the index lags', async () => {
    const chatId = await app.group(ann, [], 'lag');
    const { id } = await send(ann, chatId, 'the kumquat is ripe');
    expect(await texts(ann, 'kumquat')).toHaveLength(1);

    await app.connection
      .collection('messages')
      .updateOne({ $expr: { $eq: [{ $toString: '$_id' }, id] } }, { $set: { text: 'nothing to see' } });

    expect(await texts(ann, 'kumquat')).toEqual([]);
  });

  it('should keep no terms of what is gone', async () => {
    const chatId = await app.group(ann, [], 'changes');
    const { id } = await send(ann, chatId, 'a rambutan');
    const entryOf = () => entries().findOne({ $expr: { $eq: [{ $toString: '$_id' }, id] } });
    await search(ann, 'rambutan');
    expect(await entryOf()).toMatchObject({ terms: expect.arrayContaining(['rambutan']) });

    await app.http.delete(`/api/messages/${id}?for=everyone`).set(ann.auth).expect(200);
    await search(ann, 'rambutan');

    expect(await entryOf()).toMatchObject({ terms: [] });
  });

  it('should be indexed in the background, and by a job where that was missed', async () => {
    const chatId = await app.group(ann, [], 'background');
    const { id } = await send(ann, chatId, 'a durian');
    const isIndexed = async (messageId: string) =>
      (await entries().countDocuments({ $expr: { $eq: [{ $toString: '$_id' }, messageId] } })) === 1;
    await vi.waitFor(
      async () => {
        app.clock.advance(2000);
        expect(await isIndexed(id)).toBe(true);
      },
      { timeout: 10_000, interval: 100 },
    );

    // As a crash leaves it that took the end of the index.
    await Promise.all([
      entries().deleteMany({}),
      app.connection.collection('search_progress').deleteMany({}),
    ]);
    await vi.waitFor(
      async () => {
        app.clock.advance(SEARCH_INDEX_MS);
        expect(await isIndexed(id)).toBe(true);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await texts(ann, 'durian')).toEqual(['a durian']);
  });

  it('should ask nothing of the index where there is nothing new, but what the search itself needs', async () => {
    await app.app.get(SearchBacklog).turn();
    await search(ann, 'lunch');

    const queried = await queriedCollections(app.connection, () => search(ann, 'lunch'));

    expect(queried.filter((name) => name.startsWith('search_')).toSorted()).toEqual([
      'search_entries',
      'search_progress',
    ]);
    expect(queried.length).toBeLessThan(10);
  });
});
