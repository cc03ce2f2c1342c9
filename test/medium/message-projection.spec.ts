import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ChatLogRepository } from '../../src/chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../../src/chats/log/chat-log.schema.js';
import { ChatLogStore } from '../../src/chats/log/chat-log.store.js';
import type { MessageChange } from '../../src/chats/log/message-change.js';
import { MessageChangesRepository } from '../../src/chats/log/message-changes.repository.js';
import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { SeededRandom } from '../support/seeded-random.js';

describe('changes worked into their message', () => {
  let app: TestApp;
  let talk: Conversation;
  let first: MessageView;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    first = await talk.send(talk.ann, talk.groupId, 'hello');
  });

  const rowOf = (rev: number, change: MessageChange, userId = talk.ann.id): ChatLogRow => ({
    _id: new Types.ObjectId(),
    chatId: new Types.ObjectId(talk.groupId),
    rev,
    kind: 'message_changed',
    lastSeq: first.seq,
    senderId: new Types.ObjectId(userId),
    createdAt: new Date(1_000_000 + rev),
    messageId: new Types.ObjectId(first.id),
    change,
  });

  const stored = () => app.connection.collection('messages').findOne({ _id: new Types.ObjectId(first.id) });

  it('should come to the same in any order, and a second time', async () => {
    const changes = app.app.get(MessageChangesRepository);
    const original = await stored();
    const rows = [
      rowOf(10, { type: 'edited', text: 'a' }),
      rowOf(11, { type: 'reacted', emoji: '👍' }, talk.bob.id),
      rowOf(12, { type: 'edited', text: 'b' }),
      rowOf(13, { type: 'reacted', emoji: null }, talk.bob.id),
      rowOf(14, { type: 'pinned', isPinned: true }),
      rowOf(15, { type: 'reacted', emoji: '❤️' }, talk.cat.id),
      rowOf(16, { type: 'pinned', isPinned: false }),
      rowOf(17, { type: 'voted', optionIds: ['x'] }),
      rowOf(18, { type: 'previewed', preview: { url: 'http://b', title: 'a page' } }),
      rowOf(19, { type: 'edited', text: 'c', dropsPreview: true }),
      rowOf(20, { type: 'previewed', preview: { url: 'http://c', title: 'another page' } }),
      rowOf(21, { type: 'edited', text: 'd' }),
    ];
    const random = new SeededRandom(1);
    const outcomes = new Set<string>();
    const outcomesOfDeleted = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      await app.connection.collection('messages').replaceOne({ _id: original?._id }, original as object);
      for (const row of random.shuffled([...rows, ...rows])) await changes.project([row]);
      outcomes.add(sorted(await stored()));
      await app.connection.collection('messages').replaceOne({ _id: original?._id }, original as object);
      for (const row of random.shuffled([...rows, rowOf(22, { type: 'deleted' }), ...rows]))
        await changes.project([row]);
      outcomesOfDeleted.add(sorted(await stored()));
    }

    expect(outcomes.size).toBe(1);
    expect([...outcomes][0]).toContain('"text":"d"');
    expect([...outcomes][0]).toContain('another page');
    expect(outcomesOfDeleted.size).toBe(1);
    expect([...outcomesOfDeleted][0]).not.toMatch(/"text":|hello|page|👍/);
  });

  it('should have no preview once an edit has dropped it', async () => {
    const changes = app.app.get(MessageChangesRepository);
    const drop = rowOf(11, { type: 'edited', text: 'none', dropsPreview: true });
    await changes.project([rowOf(10, { type: 'previewed', preview: { url: 'http://a', title: 'a page' } })]);
    expect(await stored()).toHaveProperty('linkPreview.title', 'a page');

    await changes.project([drop]);

    expect(await stored()).not.toHaveProperty('linkPreview');
  });

  it('should be worked in again where the deletion has made the log forget what they were', async () => {
    await talk.ok(talk.ann, 'patch', `/api/messages/${first.id}`, { text: 'hello!' });
    await talk.ok(talk.ann, 'delete', `/api/messages/${first.id}?for=everyone`);
    const rows = await app.app.get(ChatLogRepository).findChanges(talk.groupId, first.rev);
    expect(rows.map(({ change }) => change)).toEqual([{ type: 'edited' }, { type: 'deleted' }]);
    const before = await stored();

    await app.app.get(MessageChangesRepository).project(rows);

    expect(await stored()).toEqual(before);
  });

  it('should be made up for after a crash, before anything is shown of it', async () => {
    const row = rowOf(first.rev + 1, { type: 'edited', text: 'hello!' });
    await app.app.get(ChatLogRepository).insertInOrder([row]);

    // This node has not heard of the row: as if another had died with it.
    const [synced] = (await talk.sync(talk.bob, { [talk.groupId]: first.rev })).chats as {
      rev: number;
      messages: MessageView[];
    }[];

    expect(synced).toMatchObject({
      rev: row.rev,
      messages: [{ id: first.id, text: 'hello!', rev: row.rev }],
    });
    expect((await talk.chat(talk.bob, talk.groupId)).lastMessage).toMatchObject({ text: 'hello!' });
  });

  it('should be made up for by the next who loads the chat, pins among it', async () => {
    const rows = [1, 2, 3].map((n) => rowOf(first.rev + n, { type: 'pinned', isPinned: true }));
    await app.app.get(ChatLogRepository).insertInOrder(rows);

    const state = await app.app.get(ChatLogStore).load(talk.groupId);

    expect([state.isPinned(first.id), state.pinCount(new Date())]).toEqual([true, 1]);
    expect(state.rev).toBe(first.rev + 3);
  });

  function sorted(document: object | null): string {
    return JSON.stringify(document, (_, value: unknown) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof Types.ObjectId)
        ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  }
});
