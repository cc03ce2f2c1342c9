import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

describe('deleting messages', () => {
  let app: TestApp;
  let talk: Conversation;
  let first: MessageView;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '30d' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    first = await talk.send(talk.bob, talk.groupId, 'secret');
    await talk.quiet();
  });

  const remove = (user: TestUser, of: string, id = first.id): Promise<any> =>
    talk.ok(user, 'delete', `/api/messages/${id}?for=${of}`);
  const refused = (code: string, user: TestUser, of: string, id = first.id) =>
    talk.refused(code, user, 'delete', `/api/messages/${id}?for=${of}`);

  it('should take what it said from all, and keep its place', async () => {
    await talk.ok(talk.bob, 'patch', `/api/messages/${first.id}`, { text: 'secret!' });
    await talk.ok(talk.ann, 'put', `/api/messages/${first.id}/reaction`, { emoji: '👍' });

    const deleted = await remove(talk.bob, 'everyone');

    expect(deleted).toMatchObject({ id: first.id, seq: 2, text: '', attachments: [], reactions: [] });
    expect(deleted.deletedAt).toEqual(expect.any(String));
    expect(deleted.editedAt).toBeUndefined();
    const { chatId, id: messageId, seq, rev } = deleted;
    for (const user of [talk.ann, talk.bob, talk.cat]) {
      const event = await talk.phone(user).next('message_deleted');
      expect(event).toEqual({ chatId, messageId, seq, rev, for: 'everyone' });
      expect(await talk.message(user, first)).toEqual(deleted);
      expect((await talk.chat(user, chatId)).lastMessage).toEqual(deleted);
    }
    expect(await talk.behind(talk.cat, talk.groupId, first.rev)).toEqual([deleted]);
    expect((await talk.ok(talk.ann, 'get', `/api/messages/${first.id}/edits`)).items).toEqual([]);
    expect(talk.phone(talk.eve).heard).toEqual([]);
  });

  it('should leave none of its words in the database', async () => {
    await talk.ok(talk.bob, 'patch', `/api/messages/${first.id}`, { text: 'more secret' });
    await talk.ok(talk.ann, 'put', `/api/messages/${first.id}/reaction`, { emoji: '🦑' });
    await talk.send(talk.ann, talk.groupId, { text: 'answer', replyToId: first.id });
    await remove(talk.bob, 'everyone');

    const rows = await app.connection
      .collection('messages')
      .find({ chatId: new Types.ObjectId(talk.groupId) })
      .toArray();
    expect(rows.length).toBeGreaterThan(3);
    expect(JSON.stringify(rows)).not.toMatch(/secret|🦑/);
  });

  it('should do nothing the second time, from anywhere', async () => {
    const deleted = await remove(talk.bob, 'everyone');
    await talk.quiet();

    expect(await remove(talk.bob, 'everyone')).toEqual(deleted);
    const payload = { messageId: first.id, for: 'everyone' };
    expect((await talk.phone(talk.ann).ok('delete_message', payload)).message).toEqual(deleted);
    expect((await talk.chat(talk.ann, talk.groupId)).rev).toBe(deleted.rev);
    await talk.expectSilence();
  });

  it('should let its sender for two days, an admin always, and nobody else', async () => {
    await refused('FORBIDDEN', talk.cat, 'everyone');
    await refused('NOT_FOUND', talk.eve, 'everyone');
    await talk.phone(talk.eve).refusal('NOT_FOUND', 'delete_message', { messageId: first.id, for: 'me' });
    app.clock.advance(48 * 3_600_000 + 1);
    await talk
      .phone(talk.bob)
      .refusal('FORBIDDEN', 'delete_message', { messageId: first.id, for: 'everyone' });
    expect((await refused('FORBIDDEN', talk.bob, 'everyone')).message).toContain('48 hours');

    expect(await remove(talk.ann, 'everyone')).toMatchObject({ text: '' });
    await refused('FORBIDDEN', talk.cat, 'everyone');
  });

  it('should refuse who left, for everyone, and not for themselves', async () => {
    await talk.remove(talk.bob);

    await refused('FORBIDDEN', talk.bob, 'everyone');
    await remove(talk.bob, 'me');

    expect(await talk.history(talk.bob, talk.groupId)).toEqual([]);
  });

  it('should refuse what comes after it', async () => {
    await remove(talk.bob, 'everyone');
    const path = `/api/messages/${first.id}`;

    await talk.refused('GONE', talk.bob, 'patch', path, { text: 'again' });
    await talk.refused('GONE', talk.ann, 'put', `${path}/reaction`, { emoji: '👍' });
    await talk.refused('GONE', talk.ann, 'put', `${path}/pin`);
    await talk.refused('GONE', talk.ann, 'put', `${path}/star`);
    await talk.refused('VALIDATION', talk.ann, 'post', `/api/chats/${talk.groupId}/messages`, {
      clientMessageId: 'answer',
      text: 'answer',
      replyToId: first.id,
    });
  });

  it('should answer a retry of the send with the deleted message', async () => {
    const send = (text: string) =>
      talk.call(talk.ann, 'post', `/api/chats/${talk.groupId}/messages`, { clientMessageId: 'k', text });
    const { body } = await send('one');
    const deleted = await remove(talk.ann, 'everyone', body.id);

    expect(await send('one')).toEqual({ status: 200, body: deleted });
    expect(await talk.history(talk.ann, talk.groupId)).toHaveLength(2);
  });

  it('should hide it from one alone: history, last message, unread, sync', async () => {
    const second = await talk.send(talk.bob, talk.groupId, 'second');
    const third = await talk.send(talk.bob, talk.groupId, 'third');
    const { me } = await talk.sync(talk.cat, {}, { me: 0 });
    const held = { [talk.groupId]: third.rev };
    const laptop = await app.connectAs(talk.cat);
    await talk.quiet();

    await remove(talk.cat, 'me', third.id);
    const { rev } = await talk.phone(talk.cat).next('message_deleted');
    await remove(talk.cat, 'me', first.id);

    expect(rev).toBeGreaterThan(me.rev as number);
    expect(await laptop.next('message_deleted')).toEqual({
      chatId: talk.groupId,
      messageId: third.id,
      seq: third.seq,
      rev,
      for: 'me',
    });
    expect((await talk.history(talk.cat, talk.groupId)).map(({ id }) => id)).toEqual([second.id]);
    const chat = await talk.chat(talk.cat, talk.groupId);
    expect(chat).toMatchObject({
      rev: third.rev,
      lastSeq: 4,
      unreadCount: 1,
      lastMessage: { id: second.id },
    });
    expect((await talk.behind(talk.cat, talk.groupId, 1)).map(({ id }) => id)).toEqual([second.id]);
    expect(await talk.behind(talk.cat, talk.groupId, 0)).toMatchObject([{ id: second.id }]);
    const synced = await talk.sync(talk.cat, held, { me: me.rev });
    const entry = synced.chats.find((one: any) => one.chat.id === talk.groupId);
    expect(entry.removed.toSorted()).toEqual([first.id, third.id].toSorted());
    expect(entry.messages).toEqual([]);
    expect((await talk.sync(talk.cat, held, { me: rev })).chats).toMatchObject([{ removed: [first.id] }]);
    expect((await talk.sync(talk.cat, held, { me: synced.me.rev })).chats).toEqual([]);
    for (const path of ['edits', 'info'])
      await talk.refused('NOT_FOUND', talk.cat, 'get', `/api/messages/${third.id}/${path}`);
    await talk.refused('NOT_FOUND', talk.cat, 'put', `/api/messages/${third.id}/reaction`, { emoji: '👍' });

    expect(await talk.history(talk.ann, talk.groupId)).toHaveLength(3);
    await talk.expectSilence(talk.ann, talk.bob, talk.eve);
  });

  it('should tell of it once, and of what becomes of the message then nothing', async () => {
    await remove(talk.cat, 'me');
    await talk.phone(talk.cat).next('message_deleted');
    await talk.quiet();

    await remove(talk.cat, 'me');
    await talk.ok(talk.ann, 'put', `/api/messages/${first.id}/reaction`, { emoji: '👍' });
    await talk.phone(talk.ann).next('message_reaction');

    await talk.expectSilence(talk.cat);
    expect(await talk.behind(talk.cat, talk.groupId, first.rev)).toEqual([]);
  });

  it('should finish for oneself what a crash left half done', async () => {
    const members = app.connection.collection('chat_members');
    const own = { chatId: new Types.ObjectId(talk.groupId), userId: new Types.ObjectId(talk.cat.id) };
    await members.updateOne(own, { $set: { deletedSeqs: [first.seq] } });

    await remove(talk.cat, 'me');

    expect(await talk.phone(talk.cat).next('message_deleted')).toMatchObject({ messageId: first.id });
  });

  it('should page a history full of holes', async () => {
    for (let n = 3; n <= 40; n += 1) await talk.send(talk.ann, talk.groupId, `${n}`);
    for (const { id, seq } of await talk.history(talk.cat, talk.groupId))
      if (seq % 2 === 0) await remove(talk.cat, 'me', id);

    const seqs: number[] = [];
    let before = 1000;
    for (let hasMore = true; hasMore;) {
      const path = `/api/chats/${talk.groupId}/messages?limit=3&before=${before}`;
      const page: any = await talk.ok(talk.cat, 'get', path);
      seqs.unshift(...page.items.map(({ seq }: MessageView) => seq));
      before = page.items[0]?.seq ?? 0;
      hasMore = page.hasMore;
    }

    expect(seqs).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 1));
  });
});
