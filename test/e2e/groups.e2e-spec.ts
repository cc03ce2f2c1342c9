import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

interface Message {
  id: string;
  seq: number;
  type: string;
  text: string;
}

interface ChatView {
  id: string;
  lastSeq: number;
  memberCount: number;
  members: { userId: string; role: string }[];
}

describe('a group', () => {
  let app: TestApp;
  let owner: TestUser;
  let admin: TestUser;
  let member: TestUser;
  let stranger: TestUser;
  let chatId: string;
  let sent = 0;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [owner, admin, member, stranger] = (await app.users(4)) as [TestUser, TestUser, TestUser, TestUser];
    chatId = await app.group(owner, [admin, member]);
    await setRole(owner, admin, 'admin').expect(200);
  });

  const addMembers = (by: TestUser, ...users: { id: string }[]) =>
    app.http
      .post(`/api/chats/${chatId}/members`)
      .set(by.auth)
      .send({ userIds: users.map(({ id }) => id) });
  const removeMember = (by: TestUser, user: TestUser) =>
    app.http.delete(`/api/chats/${chatId}/members/${user.id}`).set(by.auth);
  const setRole = (by: TestUser, user: TestUser, role: string) =>
    app.http.patch(`/api/chats/${chatId}/members/${user.id}`).set(by.auth).send({ role });
  const removeForMe = (by: TestUser, id = chatId) => app.http.delete(`/api/chats/${id}/me`).set(by.auth);
  const view = (by: TestUser, id = chatId) => app.http.get(`/api/chats/${id}`).set(by.auth);
  const history = (by: TestUser, query = '', id = chatId) =>
    app.http.get(`/api/chats/${id}/messages${query}`).set(by.auth);
  const post = (by: TestUser, text: string, id = chatId) =>
    app.http
      .post(`/api/chats/${id}/messages`)
      .set(by.auth)
      .send({ clientMessageId: `c ${(sent += 1)}`, text });
  const send = async (by: TestUser, text: string, id = chatId): Promise<Message> =>
    (await post(by, text, id).expect(201)).body as Message;
  const listed = async (by: TestUser): Promise<string[]> => {
    const { body } = await app.http.get('/api/chats').set(by.auth).expect(200);
    return (body as { items: ChatView[] }).items.map(({ id }) => id);
  };
  /** What people wrote; the server's own messages beside it are looked at in `groups-system`. */
  const written = (messages: Message[]) =>
    messages.filter(({ type }) => type === 'text').map(({ text }) => text);
  const textsOf = ({ body }: { body: unknown }) => written((body as { items: Message[] }).items);
  const rolesOf = async (by: TestUser): Promise<Record<string, string>> => {
    const { body } = await view(by).expect(200);
    return Object.fromEntries((body as ChatView).members.map(({ userId, role }) => [userId, role]));
  };
  const connect = (...users: TestUser[]): Promise<TestSocket[]> =>
    Promise.all(users.map((user) => app.connectAs(user)));
  const settle = (sockets: TestSocket[]) => Promise.all(sockets.map((socket) => socket.settle()));

  describe('its members', () => {
    it('should tell all of them, and the new one, of who is added, and nobody else', async () => {
      const newcomer = stranger;
      const eve = await app.registerAndLogin();
      const [ownerPhone, memberPhone, newPhone, evePhone] = (await connect(owner, member, newcomer, eve)) as [
        TestSocket,
        TestSocket,
        TestSocket,
        TestSocket,
      ];

      const { body } = await addMembers(owner, newcomer).expect(201);

      expect(body).toMatchObject({ memberCount: 4 });
      const added = { chatId, userId: newcomer.id, role: 'member' };
      for (const phone of [ownerPhone, memberPhone, newPhone])
        expect(await phone.next('member_added')).toMatchObject(added);
      expect(await newPhone.next('chat_created')).toMatchObject({ id: chatId, memberCount: 4 });
      await settle([memberPhone, evePhone]);
      expect(memberPhone.all('chat_created')).toEqual([]);
      expect(evePhone.heard).toEqual([]);
    });

    it('should tell the new ones of themselves alone: the chat names who came with them', async () => {
      const other = await app.registerAndLogin();
      const phones = (await connect(member, stranger, other)) as [TestSocket, TestSocket, TestSocket];

      await addMembers(owner, stranger, other).expect(201);

      await settle(phones);
      const heard = phones.map((phone) =>
        phone.all('member_added').map((one) => (one as { userId: string }).userId),
      );
      expect(heard).toEqual([[stranger.id, other.id], [stranger.id], [other.id]]);
      for (const phone of phones.slice(1)) {
        const [chat] = phone.all('chat_created') as [ChatView];
        expect(chat.members.map(({ userId }) => userId)).toContain(other.id);
        expect(chat.members.map(({ userId }) => userId)).toContain(stranger.id);
      }
    });

    it('should change nothing when all of them are in already', async () => {
      const [phone] = (await connect(owner)) as [TestSocket];

      await addMembers(owner, admin, member).expect(200);

      await phone.settle();
      expect(phone.heard).toEqual([]);
    });

    it('should add each of them once, however often and by whom at once', async () => {
      const [phone] = (await connect(owner)) as [TestSocket];

      const answers = await Promise.all(
        [owner, admin, member, owner, admin].map((by) => addMembers(by, stranger)),
      );

      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
      for (const { body } of answers) expect(body).toMatchObject({ memberCount: 4 });
      await phone.settle();
      expect(phone.all('member_added')).toHaveLength(1);
    });

    it('should tell all of them of who is removed, the removed one too', async () => {
      const phones = await connect(owner, admin, member);

      await removeMember(admin, member).expect(204);

      for (const phone of phones)
        expect(await phone.next('member_removed')).toMatchObject({ chatId, userId: member.id });
      expect(await rolesOf(owner)).toEqual({ [owner.id]: 'owner', [admin.id]: 'admin' });
    });

    it('should be removed by admins, admins by the owner alone, and the owner by nobody', async () => {
      await addMembers(owner, stranger).expect(201);
      const other = stranger;

      await removeMember(member, other).expect(403);
      await removeMember(admin, owner).expect(403);
      await setRole(owner, other, 'admin').expect(200);
      await removeMember(admin, other).expect(403);
      await removeMember(owner, other).expect(204);
      await removeMember(owner, other).expect(404);
      await removeMember(admin, member).expect(204);
    });

    it('should get their roles from the owner alone', async () => {
      const [phone] = (await connect(member)) as [TestSocket];

      await setRole(admin, member, 'admin').expect(403);
      await setRole(member, member, 'owner').expect(403);
      await setRole(owner, stranger, 'admin').expect(404);
      await setRole(stranger, member, 'admin').expect(404);
      await setRole(owner, member, 'king').expect(400);
      await setRole(owner, owner, 'member').expect(409);
      await phone.settle();
      expect(phone.heard).toEqual([]);

      await setRole(owner, member, 'admin').expect(200);
      expect(await phone.next('member_role')).toMatchObject({ chatId, userId: member.id, role: 'admin' });
    });

    it('should hand the group over in one step', async () => {
      const [phone] = (await connect(member)) as [TestSocket];

      await setRole(owner, member, 'owner').expect(200);

      expect(await rolesOf(owner)).toEqual({
        [owner.id]: 'admin',
        [admin.id]: 'admin',
        [member.id]: 'owner',
      });
      const told = (await phone.count('member_role', 2)) as { userId: string; role: string; rev: number }[];
      expect(new Set(told.map(({ rev }) => rev)).size).toBe(1);
    });

    it('should leave the group to the longest-standing admin, then to the longest-standing member', async () => {
      const [phone] = (await connect(member)) as [TestSocket];

      await removeForMe(owner).expect(204);
      expect(await rolesOf(member)).toEqual({ [admin.id]: 'owner', [member.id]: 'member' });
      expect(await phone.next('member_role')).toMatchObject({ userId: admin.id, role: 'owner' });

      await removeMember(admin, admin).expect(204);
      expect(await rolesOf(member)).toEqual({ [member.id]: 'owner' });

      await removeForMe(member).expect(204);
      await view(member).expect(200);
      await post(member, 'to nobody').expect(403);
    });

    it('should be 1,024 at most', async () => {
      const users = Array.from({ length: 1024 }, (_, n) => ({
        email: `many${n}@${chatId}.example.com`,
        passwordHash: 'x',
        name: `many ${n}`,
        nameKey: `many ${n}`,
        createdAt: new Date(),
      }));
      const { insertedIds } = await app.connection.collection('users').insertMany(users);
      const ids = Object.values(insertedIds).map((id) => ({ id: String(id) }));

      const { body } = await addMembers(owner, ...ids.slice(0, 1020)).expect(201);
      expect(body).toMatchObject({ memberCount: 1023, members: [] });
      await addMembers(owner, ...ids.slice(1020, 1022)).expect(409);
      expect((await addMembers(owner, ...ids.slice(1019, 1021)).expect(201)).body).toMatchObject({
        memberCount: 1024,
      });
      await addMembers(owner, stranger).expect(409);
      await removeMember(owner, member).expect(204);
      await addMembers(owner, stranger).expect(201);
      await addMembers(owner, ...ids).expect(400);

      const page = await app.http.get(`/api/chats/${chatId}/members?limit=100`).set(owner.auth).expect(200);
      expect((page.body as { items: unknown[] }).items).toHaveLength(100);
      const { message } = (await (
        await app.connectAs(stranger)
      ).ok('new_message', {
        chatId,
        clientMessageId: 'large',
        text: 'hello all',
      })) as { message: Message };
      // Behind what the server says of the group itself: created, a role, added twice, removed, added.
      expect(message.seq).toBe(7);
    });
  });

  describe('to a stranger', () => {
    it('should look as if it were not there', async () => {
      const unknown = 'f'.repeat(24);
      const asked = async (id: string) => {
        const answers = await Promise.all([
          view(stranger, id),
          history(stranger, '', id),
          post(stranger, 'hi', id),
          removeForMe(stranger, id),
          app.http.get(`/api/chats/${id}/members`).set(stranger.auth),
          app.http
            .post(`/api/chats/${id}/members`)
            .set(stranger.auth)
            .send({ userIds: [stranger.id] }),
          app.http.patch(`/api/chats/${id}/members/${member.id}`).set(stranger.auth).send({ role: 'admin' }),
          app.http.delete(`/api/chats/${id}/members/${member.id}`).set(stranger.auth),
        ]);
        return answers.map(({ status, body }) => ({ status, body: body as unknown }));
      };
      const phones = await connect(owner, member);

      const answers = await asked(chatId);

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
      expect(answers).toEqual(await asked(unknown));
      await settle(phones);
      expect(phones.flatMap(({ heard }) => heard)).toEqual([]);
    });

    it('should tell nothing, also to one who watches its members', async () => {
      const [phone] = (await connect(stranger)) as [TestSocket];
      await phone.ok('presence', { userIds: [owner.id, member.id] });
      const [ownerPhone] = (await connect(owner)) as [TestSocket];

      await send(owner, 'secret');
      await ownerPhone.ok('typing', { chatId });
      await ownerPhone.ok('message_read', { chatId, seq: 1 });
      await setRole(owner, member, 'admin').expect(200);
      await removeMember(owner, member).expect(204);

      await phone.settle();
      expect(phone.heard).toEqual([]);
      expect(await listed(stranger)).toEqual([]);
    });
  });

  describe('to somebody who is no longer in it', () => {
    let phone: TestSocket;

    beforeEach(async () => {
      for (const text of ['one', 'two']) await send(owner, text);
      await removeMember(owner, member).expect(204);
      phone = await app.connectAs(member);
      for (const text of ['three', 'four']) await send(owner, text);
    });

    it('should show the past and nothing that follows, by every way of reading', async () => {
      expect(textsOf(await history(member).expect(200))).toEqual(['one', 'two']);
      expect(textsOf(await history(member, '?after=3').expect(200))).toEqual(['two']);
      expect(textsOf(await history(member, '?after=4').expect(200))).toEqual([]);
      expect(textsOf(await history(member, '?before=7').expect(200))).toEqual(['one', 'two']);
      expect(textsOf(await history(member, '?around=6&limit=8').expect(200))).toEqual(['one', 'two']);
      const end = { type: 'system', system: { kind: 'member_removed', userIds: [member.id] } };
      const past = { lastSeq: 5, memberCount: 2, lastMessage: end, unreadCount: 2 };
      expect((await view(member).expect(200)).body).toMatchObject(past);
      const list = await app.http.get('/api/chats').set(member.auth).expect(200);
      expect((list.body as { items: unknown[] }).items).toMatchObject([{ id: chatId, ...past }]);
      const { chat, messages } = (await phone.ok('join_chat', chatId)) as {
        chat: unknown;
        messages: Message[];
      };
      expect(chat).toMatchObject(past);
      expect(written(messages)).toEqual(['one', 'two']);
      expect(messages.at(-1)).toMatchObject(end);
      const { body } = await app.http.post('/api/sync').set(member.auth).send({ chats: {} }).expect(200);
      expect(JSON.stringify(body)).not.toMatch(/three|four/);
    });

    it('should not show who came after', async () => {
      await addMembers(owner, stranger).expect(201);

      const { body } = await view(member).expect(200);

      expect((body as ChatView).members.map(({ userId }) => userId).toSorted()).toEqual(
        [owner.id, admin.id].toSorted(),
      );
    });

    it('should tell nothing any more', async () => {
      const [ownerPhone] = (await connect(owner)) as [TestSocket];
      await ownerPhone.ok('typing', { chatId });
      await ownerPhone.ok('message_read', { chatId, seq: 7 });
      await addMembers(owner, stranger).expect(201);
      await setRole(owner, stranger, 'admin').expect(200);
      await send(owner, 'five');

      await phone.settle();
      expect(phone.heard).toEqual([]);
    });

    it('should refuse everything that writes', async () => {
      const phones = await connect(owner);

      await post(member, 'still here').expect(403);
      await phone.refusal('FORBIDDEN', 'new_message', { chatId, clientMessageId: 'x', text: 'x' });
      await phone.refusal('FORBIDDEN', 'typing', { chatId });
      await phone.refusal('FORBIDDEN', 'message_read', { chatId, seq: 1 });
      await phone.refusal('FORBIDDEN', 'message_delivered', { chatId, seq: 1 });
      await addMembers(member, member).expect(403);
      await removeMember(member, member).expect(403);
      await app.http.get(`/api/chats/${chatId}/members`).set(member.auth).expect(403);

      await settle(phones);
      expect(phones.flatMap(({ heard }) => heard)).toEqual([]);
      expect((await view(owner).expect(200)).body).toMatchObject({ lastSeq: 7 });
    });

    it('should be theirs again, without the gap, when they come back', async () => {
      await addMembers(admin, member).expect(201);
      expect(await phone.next('chat_created')).toMatchObject({ id: chatId });
      await send(owner, 'five');

      expect(textsOf(await history(member).expect(200))).toEqual(['one', 'two', 'five']);
      expect(textsOf(await history(member, '?before=8').expect(200))).toEqual(['one', 'two']);
      expect((await view(member).expect(200)).body).toMatchObject({
        lastSeq: 9,
        unreadCount: 3,
        memberCount: 3,
      });
      expect(await phone.next('receive_message', ({ type }: Message) => type === 'text')).toMatchObject({
        text: 'five',
      });
    });

    it('should go with its past when they delete it', async () => {
      await removeForMe(member).expect(204);

      expect(await phone.next('chat_removed')).toEqual({ chatId });
      await view(member).expect(404);
      await history(member).expect(404);
      await post(member, 'x').expect(404);
      await removeForMe(member).expect(404);
      expect(await listed(member)).toEqual([]);
    });

    it('should start anew when they deleted it and come back, and keep that past too', async () => {
      await removeForMe(member).expect(204);
      await addMembers(owner, member).expect(201);
      expect(textsOf(await history(member).expect(200))).toEqual([]);
      await send(owner, 'five');
      expect(textsOf(await history(member).expect(200))).toEqual(['five']);

      await removeMember(owner, member).expect(204);
      await send(owner, 'six');

      expect(textsOf(await history(member).expect(200))).toEqual(['five']);
      expect(await listed(member)).toEqual([chatId]);
      await post(member, 'x').expect(403);
    });
  });

  describe('on the list of its members', () => {
    it('should be back at once when they deleted it and are added again', async () => {
      await removeForMe(member).expect(204);
      await removeForMe(member).expect(204);
      expect(await listed(member)).toEqual([]);

      await addMembers(owner, member).expect(201);

      expect(await listed(member)).toEqual([chatId]);
    });

    it('should be left by DELETE, on all devices, and stay readable', async () => {
      const [phone, laptop] = (await connect(member, member)) as [TestSocket, TestSocket];
      await send(owner, 'one');

      await removeForMe(member).expect(204);

      for (const device of [phone, laptop])
        expect(await device.next('member_removed')).toMatchObject({ chatId, userId: member.id });
      expect(await rolesOf(owner)).not.toHaveProperty(member.id);
      expect(textsOf(await history(member).expect(200))).toEqual(['one']);
      expect(await listed(member)).toEqual([chatId]);
    });
  });

  describe('and a chat of two beside it', () => {
    it('should go off one list with its past, and be back with the next message', async () => {
      const direct = await app.directChat(owner, member);
      await send(owner, 'old', direct);
      const [phone] = (await connect(member)) as [TestSocket];

      await removeForMe(member, direct).expect(204);

      expect(await phone.next('chat_removed')).toEqual({ chatId: direct });
      expect(await listed(member)).toEqual([chatId]);
      expect(await listed(owner)).toContain(direct);
      expect(textsOf(await history(owner, '', direct).expect(200))).toEqual(['old']);
      expect(textsOf(await history(member, '', direct).expect(200))).toEqual([]);

      await send(owner, 'new', direct);
      expect(await phone.next('receive_message')).toMatchObject({ text: 'new' });
      expect(await listed(member)).toContain(direct);
      expect(textsOf(await history(member, '', direct).expect(200))).toEqual(['new']);
      expect((await view(member, direct).expect(200)).body).toMatchObject({ unreadCount: 1, lastSeq: 2 });
    });

    it('should be the same one when it is opened again', async () => {
      const direct = await app.directChat(owner, member);
      await removeForMe(member, direct).expect(204);

      expect(await app.directChat(member, owner)).toBe(direct);
      await send(member, 'hi', direct);
      expect(await listed(member)).toContain(direct);
    });

    it('should keep its two members', async () => {
      const direct = await app.directChat(owner, member);
      const members = `/api/chats/${direct}/members`;

      await app.http
        .post(members)
        .set(owner.auth)
        .send({ userIds: [admin.id] })
        .expect(403);
      await app.http.delete(`${members}/${member.id}`).set(owner.auth).expect(403);
      await app.http.delete(`${members}/${owner.id}`).set(owner.auth).expect(403);
      await app.http.patch(`${members}/${member.id}`).set(owner.auth).send({ role: 'admin' }).expect(403);
      expect((await view(owner, direct).expect(200)).body).toMatchObject({ memberCount: 2 });
    });
  });

  describe('with an Idempotency-Key', () => {
    const create = (by: TestUser, key: string, title: string, ...members: TestUser[]) =>
      app.http
        .post('/api/chats')
        .set(by.auth)
        .set('Idempotency-Key', key)
        .send({ type: 'group', title, memberIds: members.map(({ id }) => id) });
    const idOf = ({ body }: { body: unknown }) => (body as ChatView).id;

    it('should be created once, and told once', async () => {
      const [phone] = (await connect(member)) as [TestSocket];

      const answers = await Promise.all(
        Array.from({ length: 10 }, () => create(owner, 'k1', 'trip', member)),
      );
      const later = await create(owner, 'k1', 'trip', member).expect(200);

      expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(9).fill(200), 201]);
      expect(new Set([...answers, later].map(idOf)).size).toBe(1);
      await phone.settle();
      expect(phone.all('chat_created')).toHaveLength(1);
    });

    it('should be another one by another key, of another user, and after 24 hours', async () => {
      const first = await create(owner, 'k2', 'trip', member).expect(201);
      const byKey = await create(owner, 'k3', 'trip', member).expect(201);
      const byUser = await create(member, 'k2', 'trip', owner).expect(201);
      app.clock.advance(24 * 3_600_000 - 60_000);
      [owner, member] = await Promise.all([app.login(owner.email), app.login(member.email)]);
      const again = await create(owner, 'k2', 'trip', member).expect(200);
      app.clock.advance(120_000);
      const nextDay = await create(owner, 'k2', 'trip', member).expect(201);

      expect(idOf(again)).toBe(idOf(first));
      expect(new Set([first, byKey, byUser, nextDay].map(idOf)).size).toBe(4);
    });

    it('should refuse the key for another content, and a key that is none', async () => {
      await create(owner, 'k4', 'trip', member).expect(201);

      await create(owner, 'k4', 'other', member).expect(409);
      await create(owner, 'k4', 'trip', admin).expect(409);
      await create(owner, 'x'.repeat(65), 'trip', member).expect(400);
    });
  });
});
