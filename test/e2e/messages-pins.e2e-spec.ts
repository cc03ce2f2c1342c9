import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { queriedCollections } from '../support/query-plans.js';

const withStar = (message: MessageView) => Object.assign({}, message, { starred: true });

describe('pinned and starred messages', () => {
  let app: TestApp;
  let talk: Conversation;
  let messages: MessageView[];
  let first: MessageView;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    messages = [];
    for (let n = 1; n <= 6; n += 1) messages.push(await talk.send(talk.ann, talk.groupId, `${n}`));
    first = messages[0] as MessageView;
    await talk.quiet();
  });

  const pin = (user: TestUser, { id }: MessageView) => talk.call(user, 'put', `/api/messages/${id}/pin`);
  const unpin = (user: TestUser, { id }: MessageView) => talk.call(user, 'delete', `/api/messages/${id}/pin`);

  it('should pin for all, tell them, and say so in the chat without counting as unread', async () => {
    const { body } = await pin(talk.bob, first);

    expect(body).toMatchObject({ id: first.id, pinned: true, rev: first.rev + 6 });
    expect(await talk.phone(talk.cat).next('message_pinned')).toEqual({
      chatId: talk.groupId,
      messageId: first.id,
      rev: body.rev,
      pinned: true,
      userId: talk.bob.id,
    });
    const note = await talk.phone(talk.cat).next('receive_message');
    expect(note).toMatchObject({
      type: 'system',
      seq: 8,
      system: { kind: 'pinned', userIds: [talk.bob.id], messageId: first.id },
    });
    expect(await talk.message(talk.cat, first)).toEqual(body);
    expect(await talk.behind(talk.cat, talk.groupId, first.rev + 5)).toEqual([body, note]);
    expect(await talk.chat(talk.cat, talk.groupId)).toMatchObject({ unreadCount: 6, lastMessage: note });
    await talk.refused('FORBIDDEN', talk.ann, 'put', `/api/messages/${note.id}/pin`);
    await talk.refused('FORBIDDEN', talk.ann, 'put', `/api/messages/${note.id}/reaction`, { emoji: '👍' });
    await talk.refused('FORBIDDEN', talk.ann, 'delete', `/api/messages/${note.id}?for=everyone`);
    expect(talk.phone(talk.eve).heard).toEqual([]);
  });

  it('should unpin by socket, and do nothing twice', async () => {
    await pin(talk.bob, first);
    await pin(talk.ann, first);
    const off = { messageId: first.id, pinned: false };
    const { message } = await talk.phone(talk.cat).ok('pin_message', off);
    await talk.phone(talk.ann).ok('pin_message', off);

    expect(message.pinned).toBeUndefined();
    await talk.settle();
    expect(talk.phone(talk.bob).all('message_pinned')).toMatchObject([{ pinned: true }, { pinned: false }]);
    expect(talk.phone(talk.bob).all('receive_message')).toHaveLength(1);
  });

  it('should hold three, also when many are pinned at once', async () => {
    const answers = await Promise.all(messages.map((message) => pin(talk.bob, message)));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 409, 409, 409]);
    const pinned = (await talk.history(talk.ann, talk.groupId)).filter((message) => message.pinned);
    expect(pinned).toHaveLength(3);
    await unpin(talk.ann, pinned[0] as MessageView);
    const other = messages.find(({ id }) => !pinned.some((one) => one.id === id)) as MessageView;
    expect((await pin(talk.ann, other)).status).toBe(200);
  });

  it('should make room when a pinned message is deleted', async () => {
    for (const message of messages.slice(0, 3)) await pin(talk.ann, message);
    await talk.ok(talk.ann, 'delete', `/api/messages/${first.id}?for=everyone`);

    expect((await pin(talk.ann, messages[3] as MessageView)).status).toBe(200);
    expect((await talk.message(talk.ann, first)).pinned).toBeUndefined();
  });

  const pinned = async (user: TestUser): Promise<string[]> => {
    const { items } = await talk.ok(user, 'get', `/api/chats/${talk.groupId}/pins`);
    return (items as MessageView[]).map(({ text }) => text);
  };

  it('should list them, the last one pinned first, as far as one may see them', async () => {
    const [, second, third] = messages as [MessageView, MessageView, MessageView];
    for (const message of [third, first, second]) await pin(talk.ann, message);
    expect(await pinned(talk.bob)).toEqual(['2', '1', '3']);
    await talk.ok(talk.bob, 'delete', `/api/messages/${first.id}?for=me`);
    await unpin(talk.ann, third);
    expect(await pinned(talk.bob)).toEqual(['2']);
    expect(await pinned(talk.cat)).toEqual(['2', '1']);

    await talk.remove(talk.cat);
    await pin(talk.ann, third);
    await talk.ok(talk.ann, 'delete', `/api/messages/${second.id}?for=everyone`);

    expect(await pinned(talk.cat)).toEqual(['1']);
    expect(await pinned(talk.ann)).toEqual(['3', '1']);
    await talk.refused('NOT_FOUND', talk.eve, 'get', `/api/chats/${talk.groupId}/pins`);
  });

  it('should not list to a newcomer what was written before, nor what has disappeared', async () => {
    const body = { text: 'brief', expiresInSeconds: 60 };
    const brief = await talk.send(talk.ann, talk.groupId, body);
    for (const message of [first, brief]) await pin(talk.ann, message);
    await talk.ok(talk.ann, 'post', `/api/chats/${talk.groupId}/members`, { userIds: [talk.eve.id] });
    expect(await pinned(talk.eve)).toEqual([]);
    expect(await pinned(talk.bob)).toEqual(['brief', '1']);

    app.clock.advance(61_000);

    expect(await pinned(talk.bob)).toEqual(['1']);
  });

  it('should refuse strangers and who has left', async () => {
    expect((await pin(talk.eve, first)).status).toBe(404);
    await talk.remove(talk.bob);
    expect((await pin(talk.bob, first)).status).toBe(403);
  });

  const star = (user: TestUser, { id }: MessageView) => talk.ok(user, 'put', `/api/messages/${id}/star`);
  const starred = async (user: TestUser, query = '') =>
    (await talk.ok(user, 'get', `/api/messages/starred${query}`)) as {
      items: MessageView[];
      nextCursor: string | null;
    };

  it('should star for oneself alone, in all that one reads, and tell other devices by sync', async () => {
    const { me } = await talk.sync(talk.bob, {}, { me: 0 });
    expect(me.starred).toEqual([]);
    await talk.quiet();

    const last = messages[5] as MessageView;
    expect(await star(talk.bob, last)).toEqual(withStar(last));
    await star(talk.bob, last);

    expect(await talk.message(talk.bob, last)).toEqual(withStar(last));
    expect((await talk.chat(talk.bob, talk.groupId)).lastMessage).toEqual(withStar(last));
    const synced = await talk.sync(talk.bob, {}, { me: me.rev });
    expect(synced.me).toMatchObject({ rev: me.rev + 1, starred: [last.id] });
    const { messages: snapshot } = synced.chats.find((one: any) => one.chat.id === talk.groupId);
    const starredIds = snapshot.filter((message: MessageView) => message.starred);
    expect(starredIds.map(({ id }: MessageView) => id)).toEqual([last.id]);
    expect(await talk.message(talk.ann, last)).toEqual(last);
    await talk.expectSilence();

    await talk.ok(talk.bob, 'delete', `/api/messages/${last.id}/star`);
    expect(await talk.message(talk.bob, last)).toEqual(last);
    expect((await talk.sync(talk.bob, {}, { me: me.rev + 1 })).me).toMatchObject({
      rev: me.rev + 2,
      starred: [],
    });
  });

  it('should ask about stars only of a chat in which somebody has starred, or may have', async () => {
    const page = async (user: TestUser) => {
      let items: MessageView[] = [];
      const asked = await queriedCollections(app.connection, async () => {
        ({ items } = await talk.ok(user, 'get', `/api/chats/${talk.groupId}/messages`));
      });
      const stars = items.flatMap((message) => (message.starred ? [message.text] : []));
      return [...stars, ...asked.filter((name) => name === 'message_marks')];
    };
    expect(await page(talk.bob)).toEqual([]);

    await star(talk.bob, first);
    expect(await page(talk.bob)).toEqual(['1', 'message_marks']);
    expect(await page(talk.ann)).toEqual([]);

    // A membership from before it was noted, and one whose last star is gone.
    const memberships = app.connection.collection('chat_members');
    await memberships.updateMany({}, { $unset: { hasStarred: 1 } });
    expect(await page(talk.bob)).toEqual(['1', 'message_marks']);
    expect(await page(talk.ann)).toEqual(['message_marks']);
    await talk.ok(talk.bob, 'delete', `/api/messages/${first.id}/star`);
    expect(await page(talk.bob)).toEqual(['message_marks']);
    await star(talk.bob, first);
    expect(await page(talk.bob)).toEqual(['1', 'message_marks']);
  });

  it('should leave no star where a chat is cleared or deleted, nor on what is deleted for oneself', async () => {
    for (const message of messages.slice(0, 3)) await star(talk.bob, message);
    await talk.ok(talk.bob, 'delete', `/api/messages/${first.id}?for=me`);
    expect((await starred(talk.bob)).items.map(({ text }) => text)).toEqual(['3', '2']);
    const synced = async () =>
      (await talk.ok(talk.bob, 'post', '/api/sync', { chats: {}, me: 0 })).me.starred;
    expect(await synced()).toHaveLength(2);

    await talk.call(talk.bob, 'post', `/api/chats/${talk.groupId}/clear`);

    expect(await synced()).toEqual([]);
    const later = await talk.send(talk.ann, talk.groupId, 'later');
    await star(talk.bob, later);
    await star(talk.ann, later);
    await talk.call(talk.bob, 'delete', `/api/chats/${talk.groupId}/me`);
    expect(await synced()).toEqual([later.id]); // left, and still to read
    await talk.call(talk.bob, 'delete', `/api/chats/${talk.groupId}/me`);
    expect(await synced()).toEqual([]);
    expect((await starred(talk.ann)).items).toHaveLength(1);
  });

  it('should let one take back a star also where the message is out of sight by now', async () => {
    await star(talk.bob, first);
    // As where the clearing broke off in between.
    await app.connection
      .collection('chat_members')
      .updateOne(
        { chatId: new Types.ObjectId(talk.groupId), userId: new Types.ObjectId(talk.bob.id) },
        { $set: { clearedUpToSeq: first.seq } },
      );

    await talk.ok(talk.bob, 'delete', `/api/messages/${first.id}/star`);

    const { me } = await talk.ok(talk.bob, 'post', '/api/sync', { chats: {}, me: 0 });
    expect(me.starred).toEqual([]);
    await talk.refused('NOT_FOUND', talk.bob, 'delete', `/api/messages/${first.id}/star`);
  });

  it('should list them, the latest star first, in pages, as far as one may see', async () => {
    for (const message of messages) {
      app.clock.advance(1000);
      await star(talk.bob, message);
    }
    await talk.ok(talk.ann, 'delete', `/api/messages/${messages[1]?.id}?for=everyone`);
    await talk.ok(talk.bob, 'delete', `/api/messages/${messages[2]?.id}?for=me`);

    const page = await starred(talk.bob, '?limit=2');
    expect(page.items).toMatchObject([
      { text: '6', starred: true },
      { text: '5', starred: true },
    ]);
    const rest = await starred(talk.bob, `?limit=10&cursor=${page.nextCursor}`);
    expect(rest).toMatchObject({ items: [{ text: '4' }, { text: '1' }], nextCursor: null });
    expect(await starred(talk.ann)).toEqual({ items: [], nextCursor: null });
    await talk.refused('NOT_FOUND', talk.eve, 'put', `/api/messages/${first.id}/star`);
  });
});
