import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

describe('reactions to messages', () => {
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
    await talk.quiet();
  });

  const path = () => `/api/messages/${first.id}/reaction`;
  const react = (user: TestUser, emoji: string): Promise<MessageView> =>
    talk.ok(user, 'put', path(), { emoji });

  it('should show who thinks what, the first one first, and tell all', async () => {
    await react(talk.bob, '👍');
    await react(talk.cat, '😂');
    const reacted = await react(talk.ann, '👍');

    expect(reacted.reactions).toEqual([
      { emoji: '👍', userIds: [talk.bob.id, talk.ann.id] },
      { emoji: '😂', userIds: [talk.cat.id] },
    ]);
    expect(reacted.rev).toBe(first.rev + 3);
    const events = await talk.phone(talk.cat).count('message_reaction', 3);
    expect(events.map(({ rev }) => rev as number)).toEqual([first.rev + 1, first.rev + 2, first.rev + 3]);
    expect(events[0]).toEqual({
      chatId: talk.groupId,
      messageId: first.id,
      rev: first.rev + 1,
      userId: talk.bob.id,
      emoji: '👍',
    });
    expect(await talk.message(talk.bob, first)).toEqual(reacted);
    expect(await talk.behind(talk.bob, talk.groupId, first.rev)).toEqual([reacted]);
    await talk.expectSilence(talk.eve);
  });

  it('should hold one of each, replace it, and take it back', async () => {
    await react(talk.bob, '👍');
    expect((await react(talk.bob, '❤️')).reactions).toEqual([{ emoji: '❤️', userIds: [talk.bob.id] }]);

    const phone = talk.phone(talk.bob);
    const { message } = await phone.ok('react_message', { messageId: first.id, emoji: null });

    expect(message.reactions).toEqual([]);
    expect(await talk.phone(talk.ann).next('message_reaction', ({ emoji }) => emoji === null)).toMatchObject({
      userId: talk.bob.id,
      rev: first.rev + 3,
    });
    expect(await talk.message(talk.cat, first)).toEqual(message);
  });

  it('should change nothing for the same again', async () => {
    await talk.ok(talk.bob, 'delete', path());
    await react(talk.bob, '❤️');
    await talk.quiet();

    await react(talk.bob, '❤');
    await talk.phone(talk.bob).ok('react_message', { messageId: first.id, emoji: '❤️' });

    expect((await talk.chat(talk.bob, talk.groupId)).rev).toBe(first.rev + 1);
    await talk.expectSilence();
  });

  it('should neither move the chat up the list nor count as unread', async () => {
    app.clock.advance(1000);
    await talk.send(talk.ann, talk.directId, 'later');
    app.clock.advance(1000);
    await react(talk.cat, '👍');

    const { items } = await talk.ok(talk.bob, 'get', '/api/chats');

    expect(items.map(({ id }: { id: string }) => id)).toEqual([talk.directId, talk.groupId]);
    expect(items[1]).toMatchObject({ unreadCount: 1, lastSeq: 2 });
  });

  it('should refuse what is no emoji, and whoever is not in the chat', async () => {
    for (const emoji of ['x', '', '👍👍', null, 7])
      await talk.refused('VALIDATION', talk.bob, 'put', path(), { emoji });
    await talk.refused('NOT_FOUND', talk.eve, 'put', path(), { emoji: '👍' });
    await talk.refused('NOT_FOUND', talk.eve, 'delete', path());
    await talk.phone(talk.eve).refusal('NOT_FOUND', 'react_message', { messageId: first.id, emoji: '👍' });
    await talk.remove(talk.cat);
    await talk.refused('FORBIDDEN', talk.cat, 'put', path(), { emoji: '👍' });
    await talk.quiet();

    await react(talk.bob, '👍');
    await talk.phone(talk.ann).next('message_reaction');

    await talk.expectSilence(talk.cat, talk.eve);
    expect(await talk.message(talk.cat, first)).toEqual(first);
  });

  it('should refuse it across a block', async () => {
    const sent = await talk.send(talk.ann, talk.directId, 'hello');
    await talk.ok(talk.ann, 'put', `/api/blocks/${talk.bob.id}`);
    await talk.quiet();

    for (const user of [talk.ann, talk.bob])
      await talk.refused('FORBIDDEN', user, 'put', `/api/messages/${sent.id}/reaction`, { emoji: '👍' });

    await talk.expectSilence();
  });

  it('should keep all of many at once', async () => {
    const users = await app.users(20);
    await talk.ok(talk.ann, 'post', `/api/chats/${talk.groupId}/members`, {
      userIds: users.map(({ id }) => id),
    });
    const second = await talk.send(talk.ann, talk.groupId, 'who comes?');

    await Promise.all(
      users.map((user) => talk.ok(user, 'put', `/api/messages/${second.id}/reaction`, { emoji: '👍' })),
    );

    const reacted = await talk.message(talk.ann, second);
    expect(reacted.reactions[0].userIds.toSorted()).toEqual(users.map(({ id }) => id).toSorted());
    expect(reacted.rev).toBe(second.rev + 20);
  });
});
