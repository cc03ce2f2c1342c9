import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

describe('messages across blocks and privacy', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let annPhone: TestSocket;
  let bobPhone: TestSocket;
  let count = 0;

  const block = (user: TestUser, other: TestUser) =>
    app.http.put(`/api/blocks/${other.id}`).set(user.auth).expect(204);
  const unblock = (user: TestUser, other: TestUser) =>
    app.http.delete(`/api/blocks/${other.id}`).set(user.auth).expect(204);
  const privacy = (user: TestUser, body: object) =>
    app.http.patch('/api/users/me/privacy').set(user.auth).send(body).expect(200);
  const message = (chatId: string) => ({ chatId, clientMessageId: `m${(count += 1)}`, text: 'hi' });
  const lastSeq = async (user: TestUser, chatId: string) =>
    (await app.http.get(`/api/chats/${chatId}`).set(user.auth).expect(200)).body.lastSeq as number;

  beforeAll(async () => {
    app = await createTestApp();
  });

  beforeEach(async () => {
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    [annPhone, bobPhone] = await Promise.all([app.connectAs(ann), app.connectAs(bob)]);
  });

  afterAll(() => app.close());

  it('should refuse from the block on, store nothing, tell nobody, and open again', async () => {
    const chatId = await app.directChat(ann, bob);
    await annPhone.ok('new_message', message(chatId));
    await bobPhone.next('receive_message');
    await block(bob, ann);
    bobPhone.forget();
    annPhone.forget();

    await annPhone.refusal('FORBIDDEN', 'new_message', message(chatId));
    const { body } = await app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(ann.auth)
      .send({ clientMessageId: 'rest', text: 'hi' })
      .expect(403);

    expect(body.error.code).toBe('FORBIDDEN');
    await Promise.all([annPhone.settle(), bobPhone.settle()]);
    expect([...annPhone.heard, ...bobPhone.heard]).toEqual([]);
    expect(await lastSeq(bob, chatId)).toBe(1);
    await unblock(bob, ann);
    await annPhone.ok('new_message', { chatId, clientMessageId: 'rest', text: 'hi' });
    expect(await bobPhone.next('receive_message')).toMatchObject({ seq: 2 });
  });

  it('should tell a block and strict privacy apart by nothing', async () => {
    const [eve] = await app.users(1);
    const evePhone = await app.connectAs(eve as TestUser);
    await privacy(bob, { messages: { level: 'nobody' } });
    const shut = await app.directChat(eve as TestUser, bob);
    const byPrivacy = await evePhone.refusal('FORBIDDEN', 'new_message', message(shut));
    await privacy(bob, { messages: { level: 'everyone' } });
    await block(bob, ann);

    const chatId = await app.directChat(ann, bob);

    expect(await annPhone.refusal('FORBIDDEN', 'new_message', message(chatId))).toEqual(byPrivacy);
  });

  it('should refuse the blocker as well, and say why', async () => {
    const chatId = await app.directChat(ann, bob);
    await block(ann, bob);

    const { message: text } = await annPhone.refusal('FORBIDDEN', 'new_message', message(chatId));

    expect(text).toMatch(/unblock/);
  });

  it('should answer a retry of what was stored before the block', async () => {
    const chatId = await app.directChat(ann, bob);
    const first = await annPhone.ok('new_message', { chatId, clientMessageId: 'once', text: 'hi' });
    await block(bob, ann);

    expect(await annPhone.ok('new_message', { chatId, clientMessageId: 'once', text: 'hi' })).toEqual(first);
    await annPhone.refusal('CONFLICT', 'new_message', { chatId, clientMessageId: 'once', text: 'other' });
  });

  it('should let group chats of the two go on', async () => {
    const chatId = await app.group(ann, [bob]);
    await block(bob, ann);

    await annPhone.ok('new_message', message(chatId));

    expect(await bobPhone.next('receive_message')).toMatchObject({ chatId });
    await bobPhone.ok('new_message', message(chatId));
  });

  it('should let somebody whom privacy shuts out answer who has written to them', async () => {
    const chatId = await app.directChat(bob, ann);
    await privacy(bob, { messages: { level: 'nobody' } });
    await annPhone.refusal('FORBIDDEN', 'new_message', message(chatId));

    await bobPhone.ok('new_message', message(chatId));

    await annPhone.ok('new_message', message(chatId));
  });

  it('should follow contacts as they come and go', async () => {
    await privacy(bob, { messages: { level: 'contacts' } });
    const chatId = await app.directChat(ann, bob);
    await app.http.put(`/api/contacts/${bob.id}`).set(ann.auth).expect(204);
    await annPhone.refusal('FORBIDDEN', 'new_message', message(chatId));

    await app.http.put(`/api/contacts/${ann.id}`).set(bob.auth).expect(204);
    await annPhone.ok('new_message', message(chatId));

    await app.http.delete(`/api/contacts/${ann.id}`).set(bob.auth).expect(204);
    await annPhone.refusal('FORBIDDEN', 'new_message', message(chatId));
  });

  it('should not show a chat that somebody shut out opens, until there is a message in it', async () => {
    const chatsOf = async (user: TestUser) =>
      ((await app.http.get('/api/chats').set(user.auth).expect(200)).body.items as { id: string }[]).map(
        ({ id }) => id,
      );
    const synced = async () =>
      (await app.http.post('/api/sync').set(bob.auth).send({ chats: {} }).expect(200)).body.chats;
    await block(bob, ann);

    const chatId = await app.directChat(ann, bob);

    await bobPhone.settle();
    expect(bobPhone.heard).toEqual([]);
    expect(await annPhone.next('chat_created')).toMatchObject({ id: chatId });
    expect([await chatsOf(ann), await chatsOf(bob), await synced()]).toEqual([[chatId], [], []]);
    await unblock(bob, ann);
    await annPhone.ok('new_message', message(chatId));
    await bobPhone.next('receive_message');
    expect(await chatsOf(bob)).toEqual([chatId]);
    expect(await synced()).toHaveLength(1);
    await app.connectAs(bob);
    expect((await annPhone.ok('user_connected')).online).toEqual([bob.id]); // partners from now on
  });

  it('should not make partners of two by a chat that one of them was never shown', async () => {
    await privacy(bob, { messages: { level: 'nobody' } });
    await app.directChat(ann, bob);

    expect((await annPhone.ok('user_connected')).online).toEqual([]);
    expect(await annPhone.ok('presence', { userIds: [bob.id] })).toEqual({ [bob.id]: {} });
  });

  it('should show it to who opens it themselves', async () => {
    await privacy(bob, { messages: { level: 'nobody' } });
    const chatId = await app.directChat(ann, bob);

    expect(await app.directChat(bob, ann)).toBe(chatId);

    expect((await app.http.get('/api/chats').set(bob.auth)).body.items).toHaveLength(1);
  });

  it('should keep what one socket sends in order while the gate is asked', async () => {
    const chatId = await app.directChat(ann, bob);

    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        annPhone.ok('new_message', { chatId, clientMessageId: `o${i}`, text: `${i}` }),
      ),
    );

    expect(sent.map(({ message: { seq } }) => seq as number)).toEqual(sent.map((_, i) => i + 1));
  });

  it('should not type across a block, in groups neither', async () => {
    const [cat] = (await app.users(1)) as [TestUser];
    const catPhone = await app.connectAs(cat);
    const group = await app.group(ann, [bob, cat]);
    const direct = await app.directChat(ann, bob);
    await block(bob, ann);
    bobPhone.forget();
    annPhone.forget();

    for (const chatId of [group, direct]) {
      await annPhone.ok('typing', { chatId });
      await bobPhone.ok('typing', { chatId });
      await annPhone.ok('stop_typing', { chatId });
    }

    await catPhone.count('user_typing', 2);
    await Promise.all([annPhone.settle(), bobPhone.settle()]);
    expect([...annPhone.heard, ...bobPhone.heard]).toEqual([]);
    await unblock(bob, ann);
    await annPhone.ok('typing', { chatId: direct });
    expect(await bobPhone.next('user_typing')).toMatchObject({ userId: ann.id });
  });
});
