import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SyncView } from '../../src/sync/sync.view.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';
import { inParallel } from '../support/stage.js';
import type { TestSocket } from '../support/test-socket.js';
import { untilIndexed } from '../support/counted-queries.js';

/** Somebody with so many chats, members, messages, stars and edits. */
interface Scene {
  user: TestUser;
  phone: TestSocket;
  groupId: string;
  messageId: string;
  pollId: string;
  optionId: string;
  lastSeq: number;
}

const FEW = 5;
const MANY = 50;

const READS: [name: string, path: (scene: Scene) => string][] = [
  ['the chats', () => '/api/chats?limit=100'],
  ['a chat', ({ groupId }) => `/api/chats/${groupId}`],
  ['members', ({ groupId }) => `/api/chats/${groupId}/members?limit=100`],
  ['invites', ({ groupId }) => `/api/chats/${groupId}/invite`],
  ['join requests', ({ groupId }) => `/api/chats/${groupId}/join-requests?limit=100`],
  ['messages', ({ groupId }) => `/api/chats/${groupId}/messages?limit=100`],
  ['messages around one', ({ groupId }) => `/api/chats/${groupId}/messages?around=4&limit=100`],
  ['edits', ({ messageId }) => `/api/messages/${messageId}/edits?limit=100`],
  ['info', ({ messageId }) => `/api/messages/${messageId}/info?limit=100`],
  ['trace', ({ messageId }) => `/api/messages/${messageId}/trace?limit=100`],
  ['starred', () => '/api/messages/starred?limit=100'],
  ['scheduled', () => '/api/messages/scheduled?limit=100'],
  ['search', () => '/api/messages/search?q=word&limit=50'],
  ['search in a chat', ({ groupId }) => `/api/messages/search?q=word&chatId=${groupId}`],
];

const EVENTS: [event: string, payload: (scene: Scene, round: number) => object][] = [
  ['join_chat', ({ groupId: chatId }) => ({ chatId })],
  ['typing', ({ groupId: chatId }) => ({ chatId })],
  ['new_message', ({ groupId: chatId, messageId }, n) => ({ chatId, text: `w ${n}`, replyToId: messageId })],
  ['edit_message', ({ messageId }, n) => ({ messageId, text: `text ${n}` })],
  ['react_message', ({ messageId }, n) => ({ messageId, emoji: ['👍', '❤️', '😂', '😮'][n] })],
  ['pin_message', ({ messageId }, n) => ({ messageId, pinned: n % 2 === 0 })],
  [
    'vote_poll',
    ({ pollId, optionId }, n) => ({ messageId: pollId, optionIds: n % 2 === 0 ? [optionId] : [] }),
  ],
  ['message_delivered', ({ groupId: chatId, lastSeq }, n) => ({ chatId, seq: lastSeq - 4 + n })],
  ['message_read', ({ groupId: chatId, lastSeq }, n) => ({ chatId, seq: lastSeq - 4 + n })],
];
/** Queries for who is to be told, and since when, which may be counted for one round or the next. */
const AFTER_THE_ACK = 2;
/** What runs a moment later, for itself. */
const BESIDE = ['search_entries', 'search_progress', 'job_leases'];

describe('what is asked of the database', () => {
  let app: TestApp;
  let few: Scene;
  let many: Scene;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    [few, many] = [await open(FEW), await open(MANY)];
  }, 120_000);

  afterAll(() => app.close());

  /** The fewest of some tries: caches are warm, and nothing else goes on. */
  async function count(work: (round: number) => Promise<unknown>): Promise<number> {
    const counts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const asked = await queriedCollections(app.connection, () => work(round));
      counts.push(asked.filter((name) => !BESIDE.includes(name)).length);
    }
    return Math.min(...counts);
  }

  it.each(READS)('should be no more of many than of few: %s', async (_, pathOf) => {
    const ask = (scene: Scene) => {
      const path = pathOf(scene);
      return count(async () => {
        await app.http.get(path).set(scene.user.auth).expect(200);
      });
    };
    const [ofFew, ofMany] = [await ask(few), await ask(many)];

    expect(ofFew).toBeGreaterThan(0);
    expect(ofMany).toBeLessThanOrEqual(ofFew);
  });

  it('should be one more per chat that a sync brings whole, and no more of what is not behind', async () => {
    const sync = async (scene: Scene, body: object) =>
      (await app.http.post('/api/sync').set(scene.user.auth).send(body).expect(200)).body as SyncView;
    const ask = async (scene: Scene) => {
      const nothing = { chats: {}, me: 0, limit: 1000 };
      const { chats, me } = await sync(scene, nothing);
      const held = { chats: Object.fromEntries(chats.map(({ chat, rev }) => [chat.id, rev])), me: me?.rev };
      return [await count(() => sync(scene, nothing)), await count(() => sync(scene, held))] as const;
    };
    const [ofFew, ofMany] = [await ask(few), await ask(many)];

    expect(ofMany[0] - ofFew[0]).toBeLessThanOrEqual(MANY - FEW);
    expect(ofMany[1]).toBeLessThanOrEqual(ofFew[1]);
  });

  it.each(EVENTS)('should be no more among many than among few: %s', async (event, payload) => {
    const ask = (scene: Scene) => count((round) => scene.phone.ok(event, payload(scene, round)));
    const [ofFew, ofMany] = [await ask(few), await ask(many)];

    expect(ofMany).toBeLessThanOrEqual(ofFew + AFTER_THE_ACK);
  });

  async function open(size: number): Promise<Scene> {
    const [user, other] = (await app.users(2)) as [TestUser, TestUser];
    const numbers = Array.from({ length: size }, (_, n) => n);
    const people = numbers.map((n) => ({
      email: `${n}@${user.id}.example.com`,
      passwordHash: 'x',
      name: `n ${n}`,
      nameKey: `n ${n}`,
      createdAt: new Date(),
    }));
    const { insertedIds } = await app.connection.collection('users').insertMany(people);
    const memberIds = [other.id, ...Object.values(insertedIds).map(String)];
    const post = async (by: TestUser, path: string, body: object) =>
      (await app.http.post(path).set(by.auth).send(body)).body as { id: string; seq: number; poll?: any };
    const { id: groupId } = await post(user, '/api/chats', { type: 'group', title: 'many', memberIds });
    const write = (by: TestUser, body: object, n: number) =>
      post(by, `/api/chats/${groupId}/messages`, { clientMessageId: `c ${n}`, ...body });
    const { id: messageId } = await write(user, { text: 'word' }, -1);
    const poll = await write(user, { poll: { question: 'q', options: ['a', 'b'] } }, -2);
    let lastSeq = 0;
    for (const n of numbers) {
      const { id, seq } = await write(other, { text: `word ${n}`, replyToId: messageId }, n);
      lastSeq = seq;
      await app.http.put(`/api/messages/${id}/star`).set(user.auth).expect(200);
      const text = `edit ${n}`;
      await app.http.patch(`/api/messages/${messageId}`).set(user.auth).send({ text }).expect(200);
    }
    await inParallel(numbers, 4, async (n) => {
      const memberOf = { type: 'group', title: `${n}`, memberIds: [other.id] };
      const { id } = await post(user, '/api/chats', memberOf);
      await post(other, `/api/chats/${id}/messages`, { clientMessageId: 'c', text: 'word' });
      const sendAt = new Date(app.clock.nowMs() + 3_600_000).toISOString();
      await write(user, { text: 'later', sendAt }, 1000 + n);
    });
    await untilIndexed(app.connection);
    const phone = await app.connectAs(user);
    const optionId = String(poll.poll.options[0].id);
    return { user, phone, groupId, messageId, pollId: poll.id, optionId, lastSeq };
  }
});
