import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { TYPING_ENDS_AFTER_MS } from '../../src/presence/typing.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

describe('typing', () => {
  let app: TestApp;
  let ann: TestUser;
  let chatId: string;
  let annPhone: TestSocket;
  /** Two devices of a member, another member, one who was a member, a stranger, and another device of Ann's. */
  let bobPhone: TestSocket;
  let bobLaptop: TestSocket;
  let carolPhone: TestSocket;
  let davePhone: TestSocket;
  let evePhone: TestSocket;
  let annLaptop: TestSocket;

  beforeAll(async () => {
    app = await createTestApp();
    const users = (await app.users(5)) as [TestUser, TestUser, TestUser, TestUser, TestUser];
    const [, bob, carol, dave, eve] = users;
    [ann] = users;
    chatId = await app.group(ann, [bob, carol, dave]);
    await app.http.delete(`/api/chats/${chatId}/members/${dave.id}`).set(ann.auth).expect(204);
    [annPhone, annLaptop, bobPhone, bobLaptop, carolPhone, davePhone, evePhone] = (await Promise.all(
      [ann, ann, bob, bob, carol, dave, eve].map((user) => app.connectAs(user)),
    )) as [TestSocket, TestSocket, TestSocket, TestSocket, TestSocket, TestSocket, TestSocket];
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    app.clock.advance(2 * TYPING_ENDS_AFTER_MS);
    await settle();
    for (const socket of [...hearing(), ...deaf()]) socket.forget();
  });

  const hearing = () => [bobPhone, bobLaptop, carolPhone];
  const deaf = () => [annPhone, annLaptop, davePhone, evePhone];
  const signal = (event: string, kind = 'text') => ({ event, payload: { chatId, userId: ann.id, kind } });

  async function settle(): Promise<void> {
    await Promise.all([...hearing(), ...deaf()].map((socket) => socket.settle()));
  }

  async function expectHeard(...signals: unknown[]): Promise<void> {
    await settle();
    for (const socket of hearing()) expect(socket.heard).toEqual(signals);
    for (const socket of deaf()) expect(socket.heard).toEqual([]);
  }

  it.each([
    ['an object', () => ({ chatId })],
    ['the id alone', () => chatId],
    ['what tutorial clients send', () => ({ chatId, userId: ann.id, recipientId: 'f'.repeat(24) })],
  ])('should be heard by the other members, and by nobody else, given %s', async (_, payload) => {
    await annPhone.ok('typing', payload());

    await expectHeard(signal('user_typing'));
  });

  it('should say what kind it is', async () => {
    await annPhone.ok('typing', { chatId, kind: 'voice' });
    app.clock.advance(TYPING_ENDS_AFTER_MS);

    await expectHeard(signal('user_typing', 'voice'), signal('user_stop_typing', 'voice'));
  });

  it('should end by itself 6 s after the last sign of it', async () => {
    await annPhone.ok('typing', { chatId });
    app.clock.advance(5000);
    await annPhone.ok('typing', { chatId });
    app.clock.advance(5000);
    await expectHeard(signal('user_typing'), signal('user_typing'));

    app.clock.advance(1000);
    await expectHeard(signal('user_typing'), signal('user_typing'), signal('user_stop_typing'));
  });

  it('should end at once when told so, and once only', async () => {
    await annPhone.ok('typing', { chatId });
    await annPhone.ok('stop_typing', { chatId });
    app.clock.advance(2 * TYPING_ENDS_AFTER_MS);

    await expectHeard(signal('user_typing'), signal('user_stop_typing'));
  });

  it('should end by itself where its socket is gone', async () => {
    const tablet = await app.connectAs(ann);
    await tablet.ok('typing', { chatId });
    tablet.close();
    app.clock.advance(TYPING_ENDS_AFTER_MS);

    await expectHeard(signal('user_typing'), signal('user_stop_typing'));
  });

  it('should be refused to who is no member, and heard by nobody', async () => {
    for (const event of ['typing', 'stop_typing']) {
      await davePhone.refusal('FORBIDDEN', event, { chatId });
      await evePhone.refusal('NOT_FOUND', event, { chatId });
      await annPhone.refusal('NOT_FOUND', event, { chatId: 'f'.repeat(24) });
    }

    await expectHeard();
  });

  it('should not be stored', async () => {
    const contents = async () => {
      const collections = (await app.connection.db?.collections()) ?? [];
      const told = collections.filter(({ collectionName }) => collectionName !== 'job_leases');
      return Promise.all(told.map((collection) => collection.find().sort({ _id: 1 }).toArray()));
    };
    const before = await contents();

    await annPhone.ok('typing', { chatId });
    app.clock.advance(TYPING_ENDS_AFTER_MS);
    await settle();

    expect(await contents()).toEqual(before);
  });

  it('should not outlive the membership', async () => {
    const frank = await app.registerAndLogin();
    await app.http
      .post(`/api/chats/${chatId}/members`)
      .set(ann.auth)
      .send({ userIds: [frank.id] })
      .expect(201);
    const frankPhone = await app.connectAs(frank);
    await frankPhone.ok('typing', { chatId });
    await app.http.delete(`/api/chats/${chatId}/members/${frank.id}`).set(ann.auth).expect(204);
    await bobPhone.next('member_removed');

    await annPhone.ok('typing', { chatId });
    app.clock.advance(TYPING_ENDS_AFTER_MS);

    await bobPhone.next('user_stop_typing', ({ userId }) => userId === ann.id);
    expect(frankPhone.all('user_typing')).toEqual([]);
    frankPhone.close();
  });
});
