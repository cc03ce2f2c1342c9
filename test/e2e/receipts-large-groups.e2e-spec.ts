import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';
import type { TestSocket } from '../support/test-socket.js';
import { typicalOf, untilIndexed } from '../support/counted-queries.js';

const READERS = 20;
const BURST = 100;

describe('receipts in a group of 1,024', () => {
  let app: TestApp;
  let author: TestUser;
  let readers: TestUser[];
  let chatId: string;
  let phones: TestSocket[];
  let authorPhone: TestSocket;
  let silentPhone: TestSocket;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    const [one, silent, ...rest] = (await app.users(READERS + 2)) as [TestUser, TestUser, ...TestUser[]];
    [author, readers] = [one, rest];
    const others = Array.from({ length: 1024 - READERS - 2 }, (_, n) => ({
      email: `large${n}@${author.id}.example.com`,
      passwordHash: 'x',
      name: `n ${n}`,
      nameKey: `n ${n}`,
      createdAt: new Date(),
    }));
    const { insertedIds } = await app.connection.collection('users').insertMany(others);
    const memberIds = [
      ...[silent, ...readers].map(({ id }) => id),
      ...Object.values(insertedIds).map(String),
    ];
    const { body } = await app.http
      .post('/api/chats')
      .set(author.auth)
      .send({ type: 'group', title: 'large', memberIds })
      .expect(201);
    chatId = (body as { id: string }).id;
    expect(body).toMatchObject({ memberCount: 1024 });
    [authorPhone, silentPhone] = await Promise.all([app.connectAs(author), app.connectAs(silent)]);
    phones = await Promise.all(readers.map((reader) => app.connectAs(reader)));
    for (let n = 1; n <= BURST; n += 1)
      await authorPhone.ok('new_message', { chatId, clientMessageId: `m ${n}`, text: `${n}` });
  });

  afterAll(() => app.close());

  const receiptRev = async (): Promise<number> => {
    const { body } = await app.http.get(`/api/chats/${chatId}`).set(author.auth).expect(200);
    return (body as { receiptRev: number }).receiptRev;
  };
  const forget = async () => {
    await Promise.all([authorPhone, silentPhone, ...phones].map((phone) => phone.settle()));
    for (const phone of [authorPhone, silentPhone, ...phones]) phone.forget();
  };

  it('should make few updates of a burst of 100 reads, and of each one event per interested device', async () => {
    const [phone] = phones as [TestSocket];
    const before = await receiptRev();
    await forget();

    await untilIndexed(app.connection);
    // The group's creation is message 1.
    const burst = () =>
      Promise.all(Array.from({ length: BURST }, (_, n) => phone.ok('message_read', { chatId, seq: n + 2 })));
    const asked = await queriedCollections(app.connection, burst);

    const updates = (await receiptRev()) - before;
    expect(updates).toBeLessThan(BURST / 2);
    await settle([authorPhone, phone, silentPhone]);
    for (const device of [authorPhone, phone]) {
      const heard = device.all('message_receipt') as { readSeq: number }[];
      expect(heard).toHaveLength(updates);
      expect(heard.at(-1)).toMatchObject({ chatId, readSeq: BURST + 1, deliveredSeq: BURST + 1 });
    }
    expect(silentPhone.heard).toEqual([]);
    // What is asked of the database goes by the updates, not by the reads.
    expect(asked.length).toBeLessThanOrEqual(10 * (updates + 1));
  });

  it('should put what many read at about the same time into few updates', async () => {
    const before = await receiptRev();
    await forget();

    await Promise.all(phones.slice(1).map((phone) => phone.ok('message_read', { chatId, seq: BURST + 1 })));

    expect((await receiptRev()) - before).toBeLessThan(READERS - 1);
    await settle([authorPhone, silentPhone]);
    expect(authorPhone.all('message_receipt')).toHaveLength(READERS - 1);
    expect(silentPhone.heard).toEqual([]);
  });

  it('should tell of all members who has read, by the same few queries a page', async () => {
    const path = `/api/chats/${chatId}/messages?limit=1`;
    const { body } = await app.http.get(path).set(author.auth).expect(200);
    const { id } = (body as { items: [{ id: string }] }).items[0];
    const items: { userId: string; readAt?: string }[] = [];
    const asked: number[] = [];
    await untilIndexed(app.connection);
    const page = { next: '' as string | null };
    while (page.next !== null) {
      const query = `limit=100${page.next && `&cursor=${page.next}`}`;
      const queries = await queriedCollections(app.connection, async () => {
        const answer = await app.http.get(`/api/messages/${id}/info?${query}`).set(author.auth).expect(200);
        items.push(...(answer.body as { items: typeof items }).items);
        page.next = (answer.body as { nextCursor: string | null }).nextCursor;
      });
      asked.push(queries.length);
    }

    expect(new Set(items.map(({ userId }) => userId)).size).toBe(1023);
    const read = items.filter(({ readAt }) => readAt !== undefined).map(({ userId }) => userId);
    expect(read.toSorted()).toEqual(readers.map((reader) => reader.id).toSorted());
    expect(typicalOf(asked)).toBeLessThanOrEqual(8);
  });

  async function settle(devices: TestSocket[]): Promise<void> {
    await Promise.all(devices.map((device) => device.settle()));
  }
});
