import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ChatWatermarks } from '../../src/chats/log/chat-watermarks.js';
import type { TestApp, TestUser } from '../support/create-test-app.js';
import { GroupScene } from '../support/group-scene.js';

interface ChatView {
  id: string;
  unreadCount: number;
  lastMessage: object | null;
  me: Record<string, unknown>;
}

interface Page {
  items: ChatView[];
  nextCursor: string | null;
}

const LATER = '2099-01-01T00:00:00.000Z';

describe('what one sets for oneself in a chat', () => {
  let app: TestApp;
  let group: GroupScene;
  let me: TestUser;

  beforeAll(async () => {
    app = await GroupScene.createApp();
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    group = await GroupScene.open(app);
    me = group.member;
  });

  const set = (by: TestUser, body: object, chatId = group.chatId) =>
    app.http.patch(`/api/chats/${chatId}/me`).set(by.auth).send(body);
  const view = async (by = me): Promise<ChatView> => (await group.get(by).expect(200)).body as ChatView;
  const list = async (by: TestUser, query = ''): Promise<Page> =>
    (await app.http.get(`/api/chats${query}`).set(by.auth).expect(200)).body as Page;
  const syncMe = async (by: TestUser, rev: number) => {
    const { body } = await app.http.post('/api/sync').set(by.auth).send({ chats: {}, me: rev }).expect(200);
    return (body as { me?: { rev: number; chats: object[] } }).me;
  };

  it('should be nothing at first', async () => {
    expect((await view()).me).toMatchObject({
      mutedUntil: null,
      archived: false,
      pinned: false,
      markedUnread: false,
      clearedUpToSeq: 0,
    });
    expect(await syncMe(me, 0)).toMatchObject({ chats: [] });
  });

  it('should change one by one, for own devices alone, and be found by a sync', async () => {
    const held = (await syncMe(me, 0))?.rev as number;
    const [phone, laptop, ownerPhone] = await Promise.all(
      [me, me, group.owner].map((one) => app.connectAs(one)),
    );

    const { body } = await set(me, { mutedUntil: LATER }).expect(200);
    await set(me, { archived: true, pinned: true }).expect(200);
    await set(me, {}).expect(200);

    expect(body).toMatchObject({ id: group.chatId, me: { mutedUntil: LATER, archived: false } });
    const all = { mutedUntil: LATER, archived: true, pinned: true, markedUnread: false };
    expect((await view()).me).toMatchObject(all);
    for (const device of [phone, laptop]) {
      expect(await device?.count('chat_preferences', 2)).toMatchObject([
        { chatId: group.chatId, mutedUntil: LATER, archived: false },
        { chatId: group.chatId, ...all },
      ]);
    }
    await ownerPhone?.settle();
    expect(ownerPhone?.heard).toEqual([]);
    expect((await view(group.owner)).me).toMatchObject({ mutedUntil: null, archived: false, pinned: false });
    const behind = await syncMe(me, held);
    expect(behind).toMatchObject({ chats: [{ chatId: group.chatId, ...all }] });
    expect(await syncMe(me, behind?.rev as number)).toBeUndefined();
    await set(me, { mutedUntil: null, archived: false, pinned: false }).expect(200);
    expect(await syncMe(me, behind?.rev as number)).toMatchObject({ chats: [] });
  });

  it('should refuse what is no moment and no yes or no', async () => {
    for (const body of [
      { mutedUntil: 'tomorrow' },
      { mutedUntil: '2026-W01-1' },
      { mutedUntil: 5 },
      { archived: 'yes' },
      { pinned: null },
      { markedUnread: true },
    ])
      await set(me, body).expect(400);
  });

  it('should be for members and who has left, and for no stranger', async () => {
    await set(group.exMember, { archived: true }).expect(200);
    expect((await view(group.exMember)).me).toMatchObject({ archived: true });
    await group.post(group.exMember, '/clear').expect(204);
    expect(await group.history(group.exMember)).toEqual([]);
    expect((await list(group.exMember)).items).toHaveLength(1);
    await group.post(group.exMember, '/unread').expect(403);

    await set(group.stranger, { archived: true }).expect(404);
    await group.post(group.stranger, '/clear').expect(404);
    await group.post(group.stranger, '/unread').expect(404);
  });

  describe('the list', () => {
    it('should have pinned chats in front, on every page, each part by latest activity', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        ids.push(await app.group(me, []));
        app.clock.advance(1000);
      }
      const [a, b, c, d, e, f, g] = ids as [string, string, string, string, string, string, string];
      for (const id of [b, e, f]) await set(me, { pinned: true }, id).expect(200);
      const expected = [f, e, b, g, d, c, a, group.chatId];

      expect((await list(me)).items.map(({ id }) => id)).toEqual(expected);
      for (const limit of [1, 2, 3, 4, 5]) {
        const found: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Page = await list(me, `?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(found, `by ${limit}`).toEqual(expected);
      }
    });

    it('should keep its order when a chat is cleared', async () => {
      const other = await app.group(me, []);
      app.clock.advance(1000);
      await group.send(group.owner, 'latest');
      await app.app.get(ChatWatermarks).flush(); // written a moment later, by design
      await group.post(me, '/clear').expect(204);

      expect((await list(me)).items.map(({ id }) => id)).toEqual([group.chatId, other]);
    });
  });

  describe('clearing', () => {
    it('should empty the chat for oneself alone, and go on with what follows', async () => {
      await group.send(group.owner, 'one');
      await group.send(group.owner, 'two');
      const [phone, ownerPhone] = await Promise.all([app.connectAs(me), app.connectAs(group.owner)]);

      await group.post(me, '/clear').expect(204);

      expect(await phone.next('chat_preferences')).toMatchObject({ clearedUpToSeq: 5 });
      expect(await group.history(me)).toEqual([]);
      expect(await view()).toMatchObject({ lastSeq: 5, lastMessage: null, unreadCount: 0 });
      expect((await list(me)).items.map(({ id }) => id)).toEqual([group.chatId]);
      expect(await syncMe(me, 0)).toMatchObject({ chats: [{ chatId: group.chatId, clearedUpToSeq: 5 }] });
      expect(await group.texts(group.owner)).toEqual(['one', 'two']);
      await ownerPhone.settle();
      expect(ownerPhone.heard).toEqual([]);

      await group.send(group.owner, 'three');
      expect(await group.texts(me)).toEqual(['three']);
      expect(await view()).toMatchObject({ unreadCount: 1, lastMessage: { text: 'three' } });
      await group.post(me, '/clear').expect(204);
      expect(await group.texts(me)).toEqual([]);
    });

    it('should leave a chat of two on the list, unlike deleting it', async () => {
      const direct = await app.directChat(group.owner, me);
      const path = `/api/chats/${direct}`;
      const body = { clientMessageId: 'a', text: 'a' };
      await app.http.post(`${path}/messages`).set(group.owner.auth).send(body).expect(201);
      await set(me, { pinned: true, mutedUntil: LATER }, direct).expect(200);
      const ids = async () => (await list(me)).items.map(({ id }) => id);

      await app.http.post(`${path}/clear`).set(me.auth).expect(204);
      expect(await ids()).toContain(direct);
      const held = (await syncMe(me, 0))?.rev as number;
      await app.http.delete(`${path}/me`).set(me.auth).expect(204);
      expect(await ids()).not.toContain(direct);

      // The other devices find it, no longer pinned, and still muted.
      expect((await syncMe(me, held))?.chats).toMatchObject([
        { chatId: direct, clearedUpToSeq: 1, deletedUpToSeq: 1, pinned: false, mutedUntil: LATER },
      ]);
    });
  });

  describe('marking as unread', () => {
    const marked = async () => (await view()).me.markedUnread;

    it('should last until one reads again, on any device', async () => {
      await group.send(group.owner, 'one');
      const [phone, laptop, ownerPhone] = await Promise.all([
        app.connectAs(me),
        app.connectAs(me),
        app.connectAs(group.owner),
      ]);
      await phone.ok('message_read', { chatId: group.chatId, seq: 4 });
      await ownerPhone.next('message_receipt');
      ownerPhone.forget();

      await group.post(me, '/unread').expect(204);
      expect(await laptop.next('chat_preferences')).toMatchObject({ markedUnread: true });
      expect(await marked()).toBe(true);
      expect((await view()).unreadCount).toBe(0);
      await phone.ok('message_delivered', { chatId: group.chatId, seq: 4 });
      expect(await marked()).toBe(true);

      await laptop.ok('message_read', { chatId: group.chatId, seq: 4 });

      expect(await marked()).toBe(false);
      expect(await phone.count('chat_preferences', 2)).toMatchObject([{}, { markedUnread: false }]);
      await ownerPhone.settle();
      expect(ownerPhone.heard).toEqual([]);
      expect(await syncMe(me, 0)).toMatchObject({ chats: [] });
    });

    it('should end by reading on, and not by what others do', async () => {
      await group.send(group.owner, 'one');
      await group.post(me, '/unread').expect(204);
      const [phone, ownerPhone] = await Promise.all([app.connectAs(me), app.connectAs(group.owner)]);
      await group.send(group.owner, 'two');
      await ownerPhone.ok('message_read', { chatId: group.chatId, seq: 5 });
      expect(await marked()).toBe(true);
      expect(await syncMe(me, 0)).toMatchObject({ chats: [{ chatId: group.chatId, markedUnread: true }] });

      await phone.ok('message_read', { chatId: group.chatId, seq: 5 });

      expect(await marked()).toBe(false);
      expect(await syncMe(me, 0)).toMatchObject({ chats: [] });
    });

    it('should hold in a chat that was never read, and end by clearing', async () => {
      await group.post(me, '/unread').expect(204);
      expect(await marked()).toBe(true);

      await group.post(me, '/clear').expect(204);

      expect(await marked()).toBe(false);
    });
  });
});
