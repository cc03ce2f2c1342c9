import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { TestApp, TestUser } from '../support/create-test-app.js';
import { GroupScene } from '../support/group-scene.js';

const DEFAULTS = {
  send: 'all',
  editInfo: 'all',
  addMembers: 'all',
  joinApproval: false,
  historyForNew: false,
  disappearingSeconds: 0,
};

describe('what a group shows and allows', () => {
  let app: TestApp;
  let group: GroupScene;

  beforeAll(async () => {
    app = await GroupScene.createApp();
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    group = await GroupScene.open(app);
  });

  it('should have the settings of a new group, and no description', async () => {
    const { body } = await group.get(group.member).expect(200);

    expect(body).toMatchObject({ title: 'group', settings: DEFAULTS });
    expect(body).not.toHaveProperty('description');
  });

  it('should change title and description, tell all members, and say so in the chat', async () => {
    const [phone, laptop, left, evePhone] = await Promise.all(
      [group.owner, group.member, group.exMember, group.stranger].map((user) => app.connectAs(user)),
    );

    const change = { title: ' The trip ', description: 'Where to' };
    const { body } = await group.patch(group.member, change).expect(200);

    const shown = { id: group.chatId, title: 'The trip', description: 'Where to' };
    expect(body).toMatchObject({ ...shown, me: { role: 'member' }, unreadCount: 0 });
    for (const device of [phone, laptop]) {
      const heard = (await device?.next('chat_updated')) as object;
      expect(heard).toMatchObject({ ...shown, lastMessage: { type: 'system' } });
      expect(heard).not.toHaveProperty('me');
      expect(heard).not.toHaveProperty('unreadCount');
      expect(device?.all('receive_message')).toMatchObject([
        { senderId: group.member.id, system: { kind: 'info', title: 'The trip', description: 'Where to' } },
      ]);
    }
    for (const outside of [left, evePhone]) {
      await outside?.settle();
      expect(outside?.heard).toEqual([]);
    }
    expect((await group.get(group.owner).expect(200)).body).toMatchObject(shown);
  });

  it('should take a description away, and say nothing of what stays as it is', async () => {
    await group.patch(group.owner, { description: 'x' }).expect(200);
    const phone = await app.connectAs(group.member);

    await group.patch(group.owner, { title: 'group' }).expect(200);
    await group.patch(group.owner, {}).expect(200);
    await group.patch(group.owner, { settings: DEFAULTS }).expect(200);
    await phone.settle();
    expect(phone.heard).toEqual([]);

    const { body } = await group.patch(group.owner, { description: null, title: 'group' }).expect(200);
    expect(body).not.toHaveProperty('description');
    expect((await phone.next('receive_message')) as object).toMatchObject({
      system: { kind: 'info', description: null },
    });
    expect(phone.all('chat_updated')).toHaveLength(1);
  });

  it('should change settings one by one, and say which', async () => {
    const phone = await app.connectAs(group.member);

    await group.patch(group.owner, { settings: { send: 'admins', joinApproval: true } }).expect(200);
    const { body } = await group.patch(group.admin, { settings: { send: 'all' } }).expect(200);

    expect(body).toMatchObject({ settings: { ...DEFAULTS, joinApproval: true } });
    expect(await phone.count('receive_message', 2)).toMatchObject([
      { system: { kind: 'settings', settings: { send: 'admins', joinApproval: true } } },
      { system: { kind: 'settings', settings: { send: 'all' } } },
    ]);
  });

  it('should bring a device that was away to the title and settings of today', async () => {
    const sync = async (chats: object) =>
      (await app.http.post('/api/sync').set(group.member.auth).send({ chats }).expect(200)).body as {
        chats: { rev: number; chat: object; messages: object[] }[];
      };
    const held = (await sync({})).chats[0]?.rev;
    await group.patch(group.owner, { title: 'new', settings: { send: 'admins' } }).expect(200);

    const { chats } = await sync({ [group.chatId]: held });

    expect(chats).toMatchObject([
      {
        chat: { title: 'new', settings: { send: 'admins' } },
        messages: [{ system: { kind: 'info' } }, { system: { kind: 'settings' } }],
      },
    ]);
  });

  it('should show who has left the title and settings of then', async () => {
    await group.patch(group.owner, { title: 'before', settings: { joinApproval: true } }).expect(200);
    await group.remove(group.owner, group.member).expect(204);
    await group.patch(group.owner, { title: 'after', description: 'secret', settings: DEFAULTS }).expect(200);

    const { body } = await group.get(group.member).expect(200);

    expect(body).toMatchObject({ title: 'before', settings: { joinApproval: true } });
    expect(body).not.toHaveProperty('description');
    expect((await group.get(group.exMember).expect(200)).body).toMatchObject({
      title: 'group',
      settings: DEFAULTS,
    });
  });

  it('should answer a retry of its creation also when it has another title by now', async () => {
    const create = () =>
      app.http
        .post('/api/chats')
        .set(group.owner.auth)
        .set('Idempotency-Key', 'titled')
        .send({ type: 'group', title: 'first', memberIds: [group.member.id] });
    const { body } = await create().expect(201);
    const chatId = (body as { id: string }).id;
    await app.http.patch(`/api/chats/${chatId}`).set(group.owner.auth).send({ title: 'second' }).expect(200);

    expect((await create().expect(200)).body).toMatchObject({ id: chatId, title: 'second' });
  });

  describe('rights', () => {
    it('should leave settings to admins, and refuse the whole request', async () => {
      const phone = await app.connectAs(group.owner);

      await group.patch(group.member, { settings: { send: 'admins' } }).expect(403);
      await group.patch(group.member, { title: 'mine', settings: { send: 'admins' } }).expect(403);

      await phone.settle();
      expect(phone.heard).toEqual([]);
      expect((await group.get(group.owner).expect(200)).body).toMatchObject({
        title: 'group',
        settings: DEFAULTS,
      });
    });

    it('should let admins alone edit what it shows, where it is so', async () => {
      await group.patch(group.owner, { settings: { editInfo: 'admins' } }).expect(200);

      await group.patch(group.member, { title: 'mine' }).expect(403);
      await group.patch(group.admin, { title: 'ours' }).expect(200);
    });

    it('should let admins alone write, where it is for announcements', async () => {
      const phone = await app.connectAs(group.member);
      const early = { clientMessageId: 'early', text: 'early' };
      await group.post(group.member, '/messages', early).expect(201);
      await group.patch(group.admin, { settings: { send: 'admins' } }).expect(200);

      await group.write(group.member, 'no').expect(403);
      await phone.refusal('FORBIDDEN', 'new_message', {
        chatId: group.chatId,
        clientMessageId: 'by socket',
        text: 'no',
      });
      await group.post(group.member, '/messages', early).expect(200); // sent when it was allowed
      await group.send(group.admin, 'news');
      await group.send(group.owner, 'more news');

      expect(await group.texts(group.member)).toEqual(['early', 'news', 'more news']);
      await phone.ok('message_read', { chatId: group.chatId, seq: 4 });
      await group.setRole(group.member, 'admin').expect(200);
      await group.send(group.member, 'promoted');
    });

    it('should let admins alone add people, where it is so', async () => {
      await group.patch(group.owner, { settings: { addMembers: 'admins' } }).expect(200);

      await group.add(group.member, group.stranger).expect(403);
      await group.add(group.admin, group.stranger).expect(201);
    });

    it('should be none of who has left, nor of a stranger', async () => {
      const change = { title: 'x', settings: { send: 'admins' } };

      await group.patch(group.exMember, change).expect(403);
      const { body } = await group.patch(group.stranger, change).expect(404);
      const unknown = await app.http
        .patch(`/api/chats/${'f'.repeat(24)}`)
        .set(group.stranger.auth)
        .send(change)
        .expect(404);
      expect(body).toEqual(unknown.body);
    });
  });

  describe('history for new members', () => {
    beforeEach(async () => {
      await group.send(group.owner, 'one');
      await group.patch(group.owner, { settings: { historyForNew: true } }).expect(200);
      await group.send(group.owner, 'two');
    });

    it('should show who is added everything, and count as unread what comes from then on', async () => {
      await group.add(group.owner, group.stranger).expect(201);
      await group.send(group.owner, 'three');

      expect(await group.texts(group.stranger)).toEqual(['one', 'two', 'three']);
      expect((await group.history(group.stranger))[0]).toMatchObject({ seq: 1 });
      expect((await group.get(group.stranger).expect(200)).body).toMatchObject({ unreadCount: 1 });
    });

    it('should close the gap of who comes back', async () => {
      await group.add(group.owner, group.exMember).expect(201);

      expect(await group.texts(group.exMember)).toEqual(['one', 'two']);
      expect((await group.history(group.exMember)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      await group.remove(group.owner, group.exMember).expect(204);
      await group.send(group.owner, 'three');
      expect(await group.texts(group.exMember)).toEqual(['one', 'two']);
    });

    it('should hold for who is added while it is so', async () => {
      await group.patch(group.owner, { settings: { historyForNew: false } }).expect(200);

      await group.add(group.owner, group.stranger).expect(201);

      expect(await group.texts(group.stranger)).toEqual([]);
    });
  });

  describe('in a chat of two', () => {
    let direct: string;
    const patch = (by: TestUser, body: object) =>
      app.http.patch(`/api/chats/${direct}`).set(by.auth).send(body);

    beforeEach(async () => {
      direct = await app.directChat(group.owner, group.member);
    });

    it('should be how long messages stay, for either of the two, without a message of it', async () => {
      const phones = await Promise.all([group.owner, group.member].map((user) => app.connectAs(user)));

      const { body } = await patch(group.member, { settings: { disappearingSeconds: 86_400 } }).expect(200);

      expect(body).toMatchObject({ lastSeq: 0, rev: 2, settings: { disappearingSeconds: 86_400 } });
      for (const phone of phones) {
        expect((await phone.next('chat_updated')) as object).toMatchObject({
          id: direct,
          title: null,
          settings: { disappearingSeconds: 86_400 },
        });
        expect(phone.all('receive_message')).toEqual([]);
      }
      await patch(group.owner, { settings: { disappearingSeconds: 0 } }).expect(200);
    });

    it('should be nothing else, and nothing for others', async () => {
      await patch(group.owner, { title: 'x' }).expect(400);
      await patch(group.owner, { settings: { send: 'admins' } }).expect(400);
      await patch(group.owner, { settings: { disappearingSeconds: 5 } }).expect(400);
      await patch(group.stranger, { settings: { disappearingSeconds: 86_400 } }).expect(404);
    });

    it('should be refused across a block', async () => {
      await app.http.put(`/api/blocks/${group.owner.id}`).set(group.member.auth).expect(204);
      const phone = await app.connectAs(group.member);

      await patch(group.owner, { settings: { disappearingSeconds: 86_400 } }).expect(403);

      await phone.settle();
      expect(phone.heard).toEqual([]);
    });

    it('should not bring a deleted chat back to the one who deleted it', async () => {
      const body = { clientMessageId: 'a', text: 'a' };
      await app.http.post(`/api/chats/${direct}/messages`).set(group.owner.auth).send(body).expect(201);
      await app.http.delete(`/api/chats/${direct}/me`).set(group.member.auth).expect(204);
      const phone = await app.connectAs(group.member);

      await patch(group.owner, { settings: { disappearingSeconds: 86_400 } }).expect(200);

      await phone.settle();
      expect(phone.heard).toEqual([]);
    });
  });
});
