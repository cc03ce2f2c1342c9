import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

describe('who has got and read a message', () => {
  let app: TestApp;
  let talk: Conversation;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
  });

  const info = async (user: TestUser, { id }: MessageView, query = '') =>
    (await talk.ok(user, 'get', `/api/messages/${id}/info${query}`)) as {
      items: { userId: string; sentAt: string; deliveredAt?: string; readAt?: string }[];
      nextCursor: string | null;
    };
  /** Reads or gets up to `seq`, a second later; answers when that was. */
  const receipt = async (event: string, chatId: string, seq: number): Promise<string> => {
    app.clock.advance(1000);
    talk.phone(talk.bob).forget();
    await talk.phone(talk.bob).ok(event, { chatId, seq });
    return (await talk.phone(talk.bob).next('message_receipt')).at;
  };

  it('should tell for each member when', async () => {
    const first = await talk.send(talk.ann, talk.groupId, 'one');
    const second = await talk.send(talk.ann, talk.groupId, 'two');
    const { groupId: chatId } = talk;
    const deliveredAt = await receipt('message_delivered', chatId, second.seq);
    const readAt = await receipt('message_read', chatId, first.seq);
    const readLaterAt = await receipt('message_read', chatId, second.seq);

    const ofBob = { userId: talk.bob.id, sentAt: first.createdAt, deliveredAt, readAt };
    const ofCat = { userId: talk.cat.id, sentAt: first.createdAt };
    const expected = [ofBob, ofCat].toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
    expect(await info(talk.ann, first)).toEqual({ items: expected, nextCursor: null });
    const { items } = await info(talk.ann, second);
    expect(items.find(({ userId }) => userId === talk.bob.id)).toMatchObject({
      deliveredAt,
      readAt: readLaterAt,
    });
  });

  it('should tell the sender alone, of who was there for it', async () => {
    const first = await talk.send(talk.ann, talk.groupId, 'one');
    await talk.add(talk.eve);

    expect((await info(talk.ann, first)).items.map(({ userId }) => userId).toSorted()).toEqual(
      [talk.bob.id, talk.cat.id].toSorted(),
    );
    await talk.refused('FORBIDDEN', talk.bob, 'get', `/api/messages/${first.id}/info`);
    await talk.refused('NOT_FOUND', talk.eve, 'get', `/api/messages/${first.id}/info`);
    const page = await info(talk.ann, first, '?limit=1');
    expect(page.nextCursor).not.toBeNull();
  });

  it('should page through a large group', async () => {
    const users = await app.users(30);
    const chatId = await app.group(talk.ann, users);
    const first = await talk.send(talk.ann, chatId, 'one');

    const seen: string[] = [];
    let query = '?limit=7';
    for (;;) {
      const { items, nextCursor } = await info(talk.ann, first, query);
      seen.push(...items.map(({ userId }) => userId));
      if (nextCursor === null) break;
      query = `?limit=7&cursor=${nextCursor}`;
    }
    expect(seen).toEqual(users.map(({ id }) => id).toSorted());
  });

  it('should not tell what is read in a chat of two unless both show it', async () => {
    const first = await talk.send(talk.ann, talk.directId, 'one');
    const receipts = (user: TestUser, readReceipts: boolean) =>
      talk.ok(user, 'patch', '/api/users/me/privacy', { readReceipts });
    await talk.phone(talk.bob).ok('message_read', { chatId: talk.directId, seq: 1 });
    const [shown] = (await info(talk.ann, first)).items;
    expect(shown).toMatchObject({ userId: talk.bob.id, readAt: expect.any(String) as unknown });

    for (const user of [talk.bob, talk.ann]) {
      await receipts(user, false);
      const [hidden] = (await info(talk.ann, first)).items;
      expect(hidden?.readAt).toBeUndefined();
      expect(hidden?.deliveredAt).toEqual(shown?.deliveredAt);
      await receipts(user, true);
    }
  });
});
