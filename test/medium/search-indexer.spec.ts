import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ChatLog } from '../../src/chats/log/chat-log.service.js';
import { LogEndsRepository } from '../../src/chats/log/log-ends.repository.js';
import { toObjectId } from '../../src/database/object-id.js';
import { SearchIndexer } from '../../src/search/search-indexer.service.js';
import { SearchProgressRepository } from '../../src/search/search-progress.repository.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';

const FEW = 3;
/** More rows than a step takes. */
const MANY = 130;

describe('chats that are worked into the search index together', () => {
  let app: TestApp;
  let ann: TestUser;
  let chatIds: string[];

  beforeAll(async () => {
    app = await createTestApp();
    const [first, ...others] = (await app.users(21)) as [TestUser, ...TestUser[]];
    ann = first;
    chatIds = await Promise.all(others.map((other) => app.directChat(ann, other)));
  });

  afterAll(() => app.close());

  async function write(counts: number[]): Promise<void> {
    const phone = await app.connectAs(ann);
    await Promise.all(
      counts.flatMap((count, index) =>
        Array.from({ length: count }, () =>
          phone.send('new_message', {
            chatId: chatIds[index] ?? '',
            clientMessageId: randomUUID(),
            text: `hello ${index}`,
          }),
        ),
      ),
    );
    phone.close();
  }

  const catchUp = (budget: number) => app.app.get(SearchIndexer).catchUp(chatIds, budget);

  /** Chats whose index does not say all that their log does. */
  async function unfinished(): Promise<string[]> {
    const lastRevs = await app.app.get(LogEndsRepository).findLastRevs(chatIds);
    const revs = await app.app.get(SearchProgressRepository).find(chatIds);
    const log = app.connection.model('ChatLogRow').collection;
    const entries = app.connection.model('SearchEntry').collection;
    const lacking = await Promise.all(
      chatIds.map(async (id) => {
        const chatId = toObjectId(id);
        const messages = await log.countDocuments({ chatId, text: { $exists: true } });
        return (await entries.countDocuments({ chatId })) === messages && revs.get(id) === lastRevs.get(id);
      }),
    );
    return chatIds.filter((_, index) => !lacking[index]);
  }

  it('should share their queries', async () => {
    await write(chatIds.map(() => FEW));

    const queried = await queriedCollections(app.connection, () => catchUp(10_000));

    expect(await unfinished()).toEqual([]);
    expect(queried.length).toBeLessThan(chatIds.length);
  });

  it('should all be up to date where one has more rows than a step takes', async () => {
    const long = Math.floor(chatIds.length / 2);
    await write(chatIds.map((_, index) => (index === long ? MANY : FEW)));

    expect(await catchUp(10_000)).toEqual([]);
    expect(await unfinished()).toEqual([]);
  });

  it('should be answered where the budget ends before they are up to date', async () => {
    await write(chatIds.map((_, index) => (index === 0 ? MANY : FEW)));

    const late = await catchUp(50);

    expect(late).toEqual(expect.arrayContaining(await unfinished()));
    expect(late.length).toBeGreaterThan(0);
    expect(await catchUp(10_000)).toEqual([]);
    expect(await unfinished()).toEqual([]);
  });

  it('should be worked in once by several at a time', async () => {
    await write(chatIds.map(() => FEW));

    await Promise.all([catchUp(10_000), catchUp(10_000), catchUp(10_000)]);

    expect(await unfinished()).toEqual([]);
  });

  it('should not be kept from it by one that fails', async () => {
    await write(chatIds.map(() => FEW));
    const chatLog = app.app.get(ChatLog);
    const settled = chatLog.settled.bind(chatLog);
    const [broken] = chatIds;
    const spy = vi
      .spyOn(chatLog, 'settled')
      .mockImplementation((chatId, rev) =>
        chatId === broken ? Promise.reject(new Error('broken')) : settled(chatId, rev),
      );

    await expect(catchUp(10_000)).rejects.toThrow('broken');
    expect(await unfinished()).toEqual([broken]);

    spy.mockRestore();
    expect(await catchUp(10_000)).toEqual([]);
    expect(await unfinished()).toEqual([]);
  });
});
