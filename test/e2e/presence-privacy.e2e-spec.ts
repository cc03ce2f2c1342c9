import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { OnlineUsers } from '../../src/realtime/online-users.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

const GRACE_MS = 1000;

describe('presence within privacy', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let bobPhone: TestSocket;
  let evePhone: TestSocket;

  const privacy = (user: TestUser, body: object) =>
    app.http.patch('/api/users/me/privacy').set(user.auth).send(body).expect(200);
  const save = (user: TestUser, other: TestUser) =>
    app.http.put(`/api/contacts/${other.id}`).set(user.auth).expect(204);
  const block = (user: TestUser, other: TestUser) =>
    app.http.put(`/api/blocks/${other.id}`).set(user.auth).expect(204);
  const ask = (socket: TestSocket, ...users: TestUser[]) =>
    socket.ok('presence', { userIds: users.map(({ id }) => id) });
  beforeAll(async () => {
    app = await createTestApp();
  });

  /** Bob is saved by ann and sees her; eve is nobody to her. */
  beforeEach(async () => {
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    await save(ann, bob);
    [bobPhone, evePhone] = await Promise.all([app.connectAs(bob), app.connectAs(eve)]);
  });

  afterAll(() => app.close());

  it('should tell contacts of coming and going, and strangers nothing, even if they ask', async () => {
    await save(eve, ann);
    expect(await ask(evePhone, ann)).toEqual({ [ann.id]: {} });
    const annPhone = await app.connectAs(ann);

    expect(await bobPhone.next('user_online')).toEqual({ userId: ann.id });
    expect(await ask(bobPhone, ann)).toEqual({ [ann.id]: { online: true } });
    expect(await ask(evePhone, ann)).toEqual({ [ann.id]: {} });

    annPhone.close();
    await goneOffline();
    const { lastSeenAt } = await bobPhone.next('user_offline');
    expect(lastSeenAt).toMatch(/Z$/);
    await until(async () => (await ask(bobPhone, ann))[ann.id].lastSeenAt === lastSeenAt);
    expect((await app.http.get(`/api/users/${ann.id}`).set(bob.auth)).body).toMatchObject({
      online: false,
      lastSeenAt,
    });
    expect((await app.http.get(`/api/users/${ann.id}`).set(eve.auth)).body).not.toHaveProperty('online');
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);
  });

  it('should tell people of a group only after they asked', async () => {
    await app.group(ann, [eve]);
    evePhone.forget();
    const first = await app.connectAs(ann);
    await bobPhone.next('user_online');
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);

    expect(await ask(evePhone, ann)).toEqual({ [ann.id]: { online: true } });
    first.close();
    await goneOffline();

    expect(await evePhone.next('user_offline')).toHaveProperty('lastSeenAt');
  });

  it('should keep online and last seen each by its own setting', async () => {
    await privacy(ann, { lastSeen: { level: 'nobody' } });
    const annPhone = await app.connectAs(ann);
    await bobPhone.next('user_online');
    annPhone.close();
    await goneOffline();
    expect(await bobPhone.next('user_offline')).toEqual({ userId: ann.id });
    expect(await ask(bobPhone, ann)).toEqual({ [ann.id]: { online: false } });

    bobPhone.forget();
    await privacy(ann, { lastSeen: { level: 'everyone' }, online: { level: 'nobody' } });
    const again = await app.connectAs(ann);
    await again.settle();
    const { [ann.id]: seen } = await ask(bobPhone, ann);
    expect(Object.keys(seen)).toEqual(['lastSeenAt']);
    again.close();
    await goneOffline();
    await bobPhone.settle();
    expect(bobPhone.heard).toEqual([]);
  });

  it('should follow a setting that changes after the question', async () => {
    await app.group(ann, [eve]);
    await ask(evePhone, ann);
    evePhone.forget();
    await privacy(ann, { online: { level: 'contacts' } });

    await app.connectAs(ann);

    await bobPhone.next('user_online');
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);
  });

  it('should end at once with a block, in both directions, also for what was asked before', async () => {
    await save(bob, ann);
    await app.directChat(ann, bob);
    const annPhone = await app.connectAs(ann);
    await ask(bobPhone, ann);
    await ask(annPhone, bob);
    await block(ann, bob);
    bobPhone.forget();
    annPhone.forget();

    expect(await ask(bobPhone, ann)).toEqual({ [ann.id]: {} });
    expect(await ask(annPhone, bob)).toEqual({ [bob.id]: {} });
    expect((await bobPhone.ok('user_connected')).online).toEqual([]);
    bobPhone.close();
    await goneOffline(bob);
    await annPhone.settle();
    expect(annPhone.all('user_offline')).toEqual([]);
    expect((await app.http.get(`/api/users/${ann.id}`).set(bob.auth)).body).not.toHaveProperty('online');

    const bobAgain = await app.connectAs(bob);
    annPhone.close();
    await goneOffline();
    await bobAgain.settle();
    expect(bobAgain.heard).toEqual([]);
  });

  it('should be offline while no device of theirs is active', async () => {
    const [phone, laptop] = await Promise.all([app.connectAs(ann), app.connectAs(ann)]);
    await bobPhone.next('user_online');

    await phone.ok('set_active', { active: false });
    app.clock.advance(GRACE_MS);
    expect(await ask(bobPhone, ann)).toEqual({ [ann.id]: { online: true } });
    await laptop.ok('set_active', { active: false });
    await laptop.ok('set_active', { active: false });
    app.clock.advance(GRACE_MS);
    await bobPhone.next('user_offline');
    await phone.ok('set_active', { active: true });
    await bobPhone.count('user_online', 2);

    await laptop.refusal('VALIDATION', 'set_active', { active: 'no' });
    await laptop.refusal('VALIDATION', 'set_active', {});
    expect(bobPhone.all('user_offline')).toHaveLength(1);
  });

  it('should not flap when the app goes to the background for a moment', async () => {
    const phone = await app.connectAs(ann);
    await bobPhone.next('user_online');

    await phone.ok('set_active', { active: false });
    await phone.ok('set_active', { active: true });
    app.clock.advance(GRACE_MS);

    expect(await ask(bobPhone, ann)).toEqual({ [ann.id]: { online: true } });
    expect(bobPhone.heard).toHaveLength(1);
  });

  describe('receipts', () => {
    let chatId: string;
    let annPhone: TestSocket;
    const send = (text: string) => annPhone.ok('new_message', { chatId, clientMessageId: text, text });
    const readSeqOf = async (viewer: TestUser, user: TestUser) => {
      const { body } = await app.http.get(`/api/chats/${chatId}`).set(viewer.auth).expect(200);
      return body.members.find(({ userId }: { userId: string }) => userId === user.id).lastReadSeq as number;
    };

    beforeEach(async () => {
      annPhone = await app.connectAs(ann);
      chatId = await app.directChat(ann, bob);
      for (const text of ['1', '2', '3']) await send(text);
      await bobPhone.ok('message_read', { chatId, seq: 1 });
      await annPhone.next('message_receipt', ({ readSeq }) => readSeq === 1);
    });

    it.each(['the reader', 'the author'])(
      'should stay as they were once %s switches them off',
      async (who) => {
        await privacy(who === 'the reader' ? bob : ann, { readReceipts: false });
        const bobLaptop = await app.connectAs(bob);
        annPhone.forget();

        await bobPhone.ok('message_read', { chatId, seq: 3 });

        expect(await bobLaptop.next('message_receipt')).toMatchObject({ readSeq: 3, deliveredSeq: 3 });
        expect(await annPhone.next('message_receipt')).toMatchObject({ readSeq: 1, deliveredSeq: 3 });
        expect(await readSeqOf(ann, bob)).toBe(1);
        expect(await readSeqOf(bob, bob)).toBe(3);
        const { body } = await app.http.post('/api/sync').set(ann.auth).send({ chats: {} }).expect(200);
        expect(body.chats[0].receipts).toContainEqual({ userId: bob.id, deliveredSeq: 3, readSeq: 1 });
        const unread = await app.http.get(`/api/chats/${chatId}`).set(bob.auth).expect(200);
        expect(unread.body).toMatchObject({ unreadCount: 0, me: { lastReadSeq: 3 } });
      },
    );

    it('should tell nothing across a block', async () => {
      await block(bob, ann);
      await bobPhone.ok('message_read', { chatId, seq: 3 });

      expect(await annPhone.next('message_receipt', ({ deliveredSeq }) => deliveredSeq === 3)).toMatchObject({
        readSeq: 1,
      });
      expect(await readSeqOf(bob, bob)).toBe(3);
    });

    it('should tell nothing of what was only read, and not afterwards either', async () => {
      await bobPhone.ok('message_delivered', { chatId, seq: 3 });
      await annPhone.next('message_receipt', ({ deliveredSeq }) => deliveredSeq === 3);
      await privacy(bob, { readReceipts: false });
      annPhone.forget();
      await bobPhone.ok('message_read', { chatId, seq: 3 });
      await bobPhone.next('message_receipt', ({ readSeq }) => readSeq === 3);
      await annPhone.settle();
      expect(annPhone.heard).toEqual([]);

      await privacy(bob, { readReceipts: true });
      await bobPhone.ok('message_read', { chatId, seq: 3 });
      expect(await readSeqOf(ann, bob)).toBe(1);
      await send('4');
      await bobPhone.ok('message_read', { chatId, seq: 4 });
      expect(await annPhone.next('message_receipt')).toMatchObject({ readSeq: 4 });
    });
  });

  /** The last socket of the user has gone, and its grace is over. */
  async function goneOffline({ id } = ann): Promise<void> {
    await until(async () => !app.app.get(OnlineUsers).isOnline(id));
    app.clock.advance(GRACE_MS);
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await evePhone.settle();
  }
});
