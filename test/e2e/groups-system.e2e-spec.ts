import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

interface Message {
  id: string;
  chatId: string;
  seq: number;
  rev: number;
  senderId: string;
  type: string;
  text: string;
  system?: Record<string, unknown>;
}

describe('what a group says of itself', () => {
  let app: TestApp;
  let owner: TestUser;
  let member: TestUser;
  let newcomer: TestUser;
  let stranger: TestUser;
  let chatId: string;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [owner, member, newcomer, stranger] = (await app.users(4)) as [TestUser, TestUser, TestUser, TestUser];
    chatId = await app.group(owner, [member]);
  });

  const add = (by: TestUser, ...users: TestUser[]) =>
    app.http
      .post(`/api/chats/${chatId}/members`)
      .set(by.auth)
      .send({ userIds: users.map(({ id }) => id) });
  const remove = (by: TestUser, user: TestUser) =>
    app.http.delete(`/api/chats/${chatId}/members/${user.id}`).set(by.auth).expect(204);
  const setRole = (user: TestUser, role: string) =>
    app.http.patch(`/api/chats/${chatId}/members/${user.id}`).set(owner.auth).send({ role }).expect(200);
  const history = async (by: TestUser): Promise<Message[]> => {
    const { body } = await app.http.get(`/api/chats/${chatId}/messages`).set(by.auth).expect(200);
    return (body as { items: Message[] }).items;
  };
  const view = async (by: TestUser) =>
    (await app.http.get(`/api/chats/${chatId}`).set(by.auth).expect(200)).body as Record<string, unknown>;
  const note = (by: TestUser, kind: string, userIds: string[], rest = {}) => ({
    chatId,
    senderId: by.id,
    clientMessageId: '',
    type: 'system',
    text: '',
    system: { kind, userIds, count: userIds.length, ...rest },
  });

  it('should tell all members of each change, in its place, and keep it', async () => {
    const phone = await app.connectAs(member);
    await add(owner, newcomer, stranger).expect(201);
    await setRole(newcomer, 'admin');
    await remove(owner, stranger);
    await remove(newcomer, newcomer);

    const expected = [
      note(owner, 'member_added', [newcomer.id, stranger.id]),
      note(owner, 'role', [newcomer.id], { role: 'admin' }),
      note(owner, 'member_removed', [stranger.id]),
      note(newcomer, 'member_left', [newcomer.id]),
    ].map((one, i) => ({ ...one, seq: i + 2, rev: i + 2 }));
    expect(await phone.count('receive_message', 4)).toMatchObject(expected);
    expect(await history(member)).toMatchObject([
      { ...note(owner, 'group_created', [member.id]), seq: 1, rev: 1 },
      ...expected,
    ]);
  });

  it('should be the first message of a new group, and leave a chat of two without any', async () => {
    const [phone, laptop] = await Promise.all([app.connectAs(owner), app.connectAs(newcomer)]);

    chatId = await app.group(owner, [newcomer]);
    const direct = await app.directChat(owner, member);

    for (const device of [phone, laptop]) {
      expect(await device.next('receive_message')).toMatchObject({
        ...note(owner, 'group_created', [newcomer.id]),
        seq: 1,
      });
      const [created, message] = device.heard.map(({ event }) => event);
      expect([created, message]).toEqual(['chat_created', 'receive_message']);
      expect(device.all('chat_created')[0]).toMatchObject({
        lastSeq: 1,
        rev: 1,
        lastMessage: { system: { kind: 'group_created' } },
      });
    }
    const { body } = await app.http.get(`/api/chats/${direct}`).set(owner.auth).expect(200);
    expect(body).toMatchObject({ lastSeq: 0, lastMessage: null });
    expect(phone.all('receive_message')).toHaveLength(1);
  });

  it('should name the heir where an owner leaves', async () => {
    await remove(owner, owner);

    expect((await history(member)).at(-1)).toMatchObject(
      note(owner, 'member_left', [owner.id], { newOwnerId: member.id }),
    );
  });

  it('should be unread for nobody', async () => {
    await add(owner, newcomer).expect(201);
    await setRole(member, 'admin');

    for (const user of [owner, member, newcomer]) {
      const { body } = await app.http.get('/api/chats').set(user.auth).expect(200);
      expect((body as { items: unknown[] }).items).toMatchObject([{ unreadCount: 0 }]);
    }
  });

  it('should give no receipts for it, to whoever did it', async () => {
    await add(owner, newcomer).expect(201);
    const [ownerPhone, memberPhone] = await Promise.all([app.connectAs(owner), app.connectAs(member)]);

    await memberPhone.ok('message_read', { chatId, seq: 2 });

    expect(await memberPhone.next('message_receipt')).toMatchObject({ readSeq: 2 });
    await ownerPhone.settle();
    expect(ownerPhone.all('message_receipt')).toEqual([]);
  });

  it('should show who joins their joining and nothing before, with the chat in front of it', async () => {
    const phone = await app.connectAs(newcomer);
    await add(owner, stranger).expect(201);

    await add(owner, newcomer).expect(201);

    const joining = note(owner, 'member_added', [newcomer.id]);
    expect(await history(newcomer)).toMatchObject([{ ...joining, seq: 3 }]);
    await phone.next('receive_message');
    expect(phone.heard.map(({ event }) => event)).toEqual([
      'chat_created',
      'member_added',
      'receive_message',
    ]);
    expect(phone.all('chat_created')[0]).toMatchObject({ id: chatId, lastSeq: 3, lastMessage: joining });
  });

  it('should show who is removed their removal, and end there', async () => {
    const phone = await app.connectAs(member);
    await remove(owner, member);
    await add(owner, newcomer).expect(201);
    await phone.next('member_removed');
    await phone.settle();

    expect(phone.heard.map(({ event }) => event)).toEqual(['receive_message', 'member_removed']);
    expect((await history(member)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await view(member)).toMatchObject({
      lastSeq: 2,
      lastMessage: note(owner, 'member_removed', [member.id]),
    });
  });

  it('should bring newcomers the chat before anything that is written in it', async () => {
    const [ownerPhone, phone] = await Promise.all([app.connectAs(owner), app.connectAs(newcomer)]);
    const adding = add(owner, newcomer).expect(201);
    const sends = Array.from({ length: 30 }, (_, n) =>
      ownerPhone.ok('new_message', { chatId, clientMessageId: `m ${n}`, text: `${n}` }),
    );
    await Promise.all([adding, ...sends]);
    await phone.settle();

    const seqs = (phone.all('receive_message') as Message[]).map(({ seq }) => seq);
    expect(phone.heard[0]?.event).toBe('chat_created');
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] as number) + i));
    expect((await history(newcomer))[0]?.seq).toBe(seqs[0]);
  });

  it('should not name more than 100 people in one note', async () => {
    const users = Array.from({ length: 150 }, (_, n) => ({
      email: `n${n}@${chatId}.example.com`,
      passwordHash: 'x',
      name: `n ${n}`,
      nameKey: `n ${n}`,
      createdAt: new Date(),
    }));
    const { insertedIds } = await app.connection.collection('users').insertMany(users);
    const userIds = Object.values(insertedIds).map(String);

    await app.http.post(`/api/chats/${chatId}/members`).set(owner.auth).send({ userIds }).expect(201);

    expect((await history(owner)).at(-1)?.system).toEqual({
      kind: 'member_added',
      userIds: userIds.slice(0, 100),
      count: 150,
    });
  });

  it('should tell a stranger who watches its members nothing', async () => {
    const phone = await app.connectAs(stranger);
    await phone.ok('presence', { userIds: [owner.id, member.id] });

    await add(owner, newcomer).expect(201);
    await remove(owner, newcomer);

    await phone.settle();
    expect(phone.heard).toEqual([]);
  });
});
