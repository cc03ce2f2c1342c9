import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ChatLogRepository } from '../../src/chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../../src/chats/log/chat-log.schema.js';
import type { MessageChange } from '../../src/chats/log/message-change.js';
import { MessageChangesRepository } from '../../src/chats/log/message-changes.repository.js';
import { MessageCopies } from '../../src/chats/log/message-copies.js';
import { EXPIRY_GRACE_MS, MessageExpiry } from '../../src/messages/message-expiry.service.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

describe('taking out what disappeared messages said', () => {
  let app: TestApp;
  let chatId: Types.ObjectId;
  let broken: Error | null = null;

  beforeAll(async () => {
    app = await createTestApp();
    app.app.get(MessageCopies).add({ forget: () => (broken ? Promise.reject(broken) : Promise.resolve()) });
  });

  afterAll(() => app.close());

  beforeEach(() => {
    chatId = new Types.ObjectId();
  });

  const rows = () => app.connection.collection<ChatLogRow>('messages');
  const sweep = () => app.app.get(MessageExpiry).sweep();
  const left = () => rows().countDocuments({ chatId, text: { $exists: true } });

  function rowOf(rev: number, rest: Partial<ChatLogRow> = {}): ChatLogRow {
    return {
      _id: new Types.ObjectId(),
      chatId,
      rev,
      seq: rev,
      kind: 'message',
      senderId: new Types.ObjectId(),
      createdAt: new Date(0),
      clientMessageId: `m${rev}`,
      type: 'text',
      text: 'secret',
      expiresAt: new Date(app.clock.nowMs() - EXPIRY_GRACE_MS),
      ...rest,
    };
  }

  const store = async (...stored: ChatLogRow[]) => {
    await app.app.get(ChatLogRepository).insertInOrder(stored);
    return stored[0] as ChatLogRow;
  };

  it('should take all that is due, however much it is', async () => {
    await store(...Array.from({ length: 450 }, (_, n) => rowOf(n + 1)));

    await sweep();

    expect(await left()).toBe(0);
    expect(await rows().countDocuments({ chatId })).toBe(450);
  });

  it('should leave what somebody may still be answering or changing', async () => {
    await store(rowOf(1, { expiresAt: new Date(app.clock.nowMs() - EXPIRY_GRACE_MS + 60_000) }));

    await sweep();
    expect(await left()).toBe(1);

    app.clock.advance(60_000);
    await sweep();
    expect(await left()).toBe(0);
  });

  it('should do no harm when it runs on several nodes at once', async () => {
    await store(...Array.from({ length: 250 }, (_, n) => rowOf(n + 1)));

    await Promise.all([sweep(), sweep(), sweep()]);

    expect(await left()).toBe(0);
  });

  it('should begin again where something of a message could not be removed', async () => {
    await store(rowOf(1));
    broken = new Error('no');
    await expect(sweep()).rejects.toThrow('no');
    expect(await left()).toBe(1);

    broken = null;
    await sweep();

    expect(await left()).toBe(0);
  });

  it('should leave what somebody has deleted for themselves deleted, without their star', async () => {
    const { _id: messageId } = await store(rowOf(1));
    const marks = app.connection.collection('message_marks');
    const mark = { messageId, chatId, starredAt: new Date(), rev: 1 };
    await marks.insertMany([
      { ...mark, userId: new Types.ObjectId(), deletedAt: new Date(5) },
      { ...mark, userId: new Types.ObjectId() },
    ]);

    await sweep();

    const found = await marks.find({ messageId }).toArray();
    expect(found.map(({ starredAt, deletedAt }) => [starredAt, deletedAt])).toEqual([
      [undefined, new Date(5)],
    ]);
  });

  it('should take nothing in again that a crash had left out of the message', async () => {
    const message = await store(rowOf(1));
    const by = new Types.ObjectId();
    const changeOf = (rev: number, change: MessageChange): ChatLogRow => ({
      _id: new Types.ObjectId(),
      chatId,
      rev,
      kind: 'message_changed',
      lastSeq: 1,
      senderId: by,
      createdAt: new Date(0),
      messageId: message._id,
      change,
    });
    const changes = [
      changeOf(2, { type: 'edited', text: 'secret too' }),
      changeOf(3, { type: 'previewed', preview: { url: 'http://secret', title: 'secret' } }),
      changeOf(4, { type: 'reacted', emoji: '👍' }),
      changeOf(5, { type: 'voted', optionIds: ['a'] }),
      changeOf(6, { type: 'pinned', isPinned: true }),
    ];
    await store(...changes);
    await sweep();

    const stored = await rows().find({ chatId, kind: 'message_changed' }).sort({ rev: 1 }).toArray();
    const repository = app.app.get(MessageChangesRepository);
    // As this node finds them now, and as one had read them before.
    await repository.project(stored);
    await repository.project(changes);

    const {
      _id,
      chatId: __,
      rev,
      kind,
      seq,
      senderId,
      createdAt,
      clientMessageId,
      type,
      expiresAt,
    } = message;
    const place = { _id, chatId, rev, kind, seq, senderId, createdAt, clientMessageId, type, expiresAt };
    expect(await rows().findOne({ _id })).toEqual({ ...place, changedRev: 6 });
    expect(stored.map(({ change }) => change)).toEqual([
      { type: 'edited' },
      { type: 'previewed' },
      { type: 'reacted' },
      { type: 'voted' },
      { type: 'pinned', isPinned: true },
    ]);
  });
});
