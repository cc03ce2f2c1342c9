import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

describe('a chat between two', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let chatId: string;
  let annPhone: TestSocket;
  let annLaptop: TestSocket;
  let bobPhone: TestSocket;
  let evePhone: TestSocket;

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    [annPhone, annLaptop, bobPhone, evePhone] = await Promise.all([
      app.connectAs(ann),
      app.connectAs(ann),
      app.connectAs(bob),
      app.connectAs(eve),
    ]);
    chatId = await app.directChat(ann, bob);
  });

  afterAll(() => app.close());

  it('should reach every device of both, the sending one included, and nobody else', async () => {
    const { message } = await annPhone.ok('new_message', { chatId, clientMessageId: 'm1', text: 'hello' });

    expect(message).toMatchObject({
      chatId,
      seq: 1,
      senderId: ann.id,
      clientMessageId: 'm1',
      type: 'text',
      text: 'hello',
    });
    for (const socket of [annPhone, annLaptop, bobPhone]) {
      expect(await socket.next('receive_message')).toEqual(message);
    }
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);
  });

  it('should answer a retry with the first message and tell nobody again', async () => {
    const first = await annPhone.ok('new_message', { chatId, clientMessageId: 'm2', text: 'once' });
    const again = await annLaptop.ok('new_message', { chatId, clientMessageId: 'm2', text: 'once' });
    const byRest = await app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(ann.auth)
      .send({ clientMessageId: 'm2', text: 'once' })
      .expect(200);

    expect(again).toEqual(first);
    expect(byRest.body).toEqual(first.message);
    await annPhone.refusal('CONFLICT', 'new_message', { chatId, clientMessageId: 'm2', text: 'other' });
    await bobPhone.settle();
    expect(
      bobPhone.all('receive_message').filter(({ clientMessageId }) => clientMessageId === 'm2'),
    ).toHaveLength(1);
  });

  it('should refuse a stranger as if there were no such chat, and tell nobody', async () => {
    bobPhone.forget();

    await evePhone.refusal('NOT_FOUND', 'new_message', { chatId, clientMessageId: 'x', text: 'let me in' });
    await evePhone.refusal('NOT_FOUND', 'join_chat', chatId);
    await evePhone.refusal('NOT_FOUND', 'typing', { chatId });
    await evePhone.refusal('NOT_FOUND', 'message_read', { chatId, seq: 1 });

    await bobPhone.settle();
    expect(bobPhone.heard).toEqual([]);
  });

  it('should move receipts, tell the author, and count unread', async () => {
    const before = await app.http.get(`/api/chats/${chatId}`).set(bob.auth).expect(200);
    expect(before.body).toMatchObject({ unreadCount: 2, lastSeq: 2, memberCount: 2, me: { lastReadSeq: 0 } });

    await bobPhone.ok('message_delivered', { chatId, seq: 2 });
    await bobPhone.ok('message_read', { chatId, seq: 1 });

    expect(await annPhone.next('message_receipt', ({ readSeq }) => readSeq === 1)).toMatchObject({
      chatId,
      userId: bob.id,
      deliveredSeq: 2,
      readSeq: 1,
    });
    const after = await app.http.get('/api/chats').set(bob.auth).expect(200);
    expect(after.body.items[0]).toMatchObject({ id: chatId, unreadCount: 1, me: { lastReadSeq: 1 } });
    await bobPhone.refusal('VALIDATION', 'message_read', { chatId, seq: 99 });
  });
});
