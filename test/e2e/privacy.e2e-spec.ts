import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

const ASPECTS = ['lastSeen', 'online', 'avatar', 'about', 'statuses', 'messages', 'groups', 'calls'];
const AVATAR = 'a'.repeat(24);
const everyone = { level: 'everyone' };

describe('privacy settings', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;

  const get = (user: TestUser) => app.http.get('/api/users/me/privacy').set(user.auth).expect(200);
  const patch = (user: TestUser, body: object) =>
    app.http.patch('/api/users/me/privacy').set(user.auth).send(body);
  const save = (user: TestUser, other: TestUser) =>
    app.http.put(`/api/contacts/${other.id}`).set(user.auth).expect(204);
  const profile = async (viewer: TestUser, of: TestUser) =>
    (await app.http.get(`/api/users/${of.id}`).set(viewer.auth).expect(200)).body;

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
  });

  afterAll(() => app.close());

  it('should begin with everyone everywhere', async () => {
    expect((await get(ann)).body).toEqual({
      ...Object.fromEntries(ASPECTS.map((aspect) => [aspect, everyone])),
      readReceipts: true,
    });
    await app.http.get('/api/users/me/privacy').expect(401);
  });

  it('should change what is named, keep the rest, and be nobody else’s', async () => {
    const { body } = await patch(ann, {
      online: { level: 'contacts_except', userIds: [eve.id] },
      calls: { level: 'only' },
      readReceipts: false,
    }).expect(200);
    expect(body).toMatchObject({
      online: { level: 'contacts_except', userIds: [eve.id] },
      calls: { level: 'only', userIds: [] },
      about: everyone,
      readReceipts: false,
    });

    const { body: after } = await patch(ann, { online: { level: 'nobody' } }).expect(200);
    expect(after).toEqual({ ...body, online: { level: 'nobody' } });
    expect((await get(ann)).body).toEqual(after);
    expect((await get(bob)).body.online).toEqual(everyone);
  });

  it('should reach other devices by sync, and move the rev only with a change', async () => {
    const sync = async (me: number) =>
      (await app.http.post('/api/sync').set(bob.auth).send({ chats: {}, me }).expect(200)).body.me;
    const before = await sync(0);
    expect(before.privacy.groups).toEqual(everyone);

    await patch(bob, {}).expect(200);
    expect(await sync(before.rev)).toBeUndefined();

    await patch(bob, { groups: { level: 'contacts' } }).expect(200);
    expect(await sync(before.rev)).toMatchObject({
      rev: before.rev + 1,
      privacy: { groups: { level: 'contacts' } },
    });
  });

  it.each<[string, string, object]>([
    ['an unknown level', 'about.level', { about: { level: 'friends' } }],
    ['no level', 'about.level', { about: {} }],
    ['null', 'about', { about: null }],
    ['a bare level', 'about', { about: 'nobody' }],
    ['a list', 'about', { about: [] }],
    ['userIds where no level takes them', 'about.userIds', { about: { level: 'nobody', userIds: [] } }],
    ['what is no id', 'about.userIds', { about: { level: 'only', userIds: ['ann'] } }],
    ['an id twice', 'about.userIds', { about: { level: 'only', userIds: Array(2).fill('a'.repeat(24)) } }],
    [
      'too many ids',
      'about.userIds',
      {
        about: {
          level: 'only',
          userIds: Array.from({ length: 1025 }, (_, i) => i.toString(16).padStart(24, '0')),
        },
      },
    ],
    ['an unknown setting', 'location', { location: everyone }],
    ['an unknown field of one', 'about.who', { about: { level: 'nobody', who: 'x' } }],
    ['a flag of another type', 'readReceipts', { readReceipts: 'off' }],
  ])('should refuse %s', async (_, field, body) => {
    const before = (await get(eve)).body;

    const refusal = (await patch(eve, { calls: { level: 'nobody' }, ...body }).expect(400)).body;

    expect(refusal.error.details.map((detail: { field: string }) => detail.field)).toContain(field);
    expect((await get(eve)).body).toEqual(before);
  });

  it('should refuse people who do not exist', async () => {
    const rule = { level: 'only', userIds: [ann.id, 'f'.repeat(24)] };

    expect((await patch(eve, { about: rule }).expect(404)).body.error.code).toBe('NOT_FOUND');
    expect((await get(eve)).body.about).toEqual(everyone);
  });

  it('should take the longest lists for all settings at once', async () => {
    const rows = Array.from({ length: 1024 }, (_, i) => ({
      email: `many-${i}@example.com`,
      passwordHash: 'x',
      name: 'x',
      nameKey: 'x',
      createdAt: new Date(),
    }));
    const { insertedIds } = await app.connection.collection('users').insertMany(rows);
    const rule = { level: 'only', userIds: Object.values(insertedIds).map(String) };

    const { body } = await patch(eve, Object.fromEntries(ASPECTS.map((one) => [one, rule]))).expect(200);

    expect(body.calls).toEqual(rule);
  });

  describe('profiles of others', () => {
    let owner: TestUser;
    let contact: TestUser;
    let admirer: TestUser;

    beforeAll(async () => {
      [owner, contact, admirer] = (await app.users(3)) as [TestUser, TestUser, TestUser];
      await app.http.patch('/api/users/me').set(owner.auth).send({ about: 'at sea' }).expect(200);
      await app.connection
        .collection('users')
        .updateOne({ email: owner.email }, { $set: { avatarMediaId: new Types.ObjectId(AVATAR) } });
      await save(owner, contact);
      await save(admirer, owner);
    });

    it('should show about and avatar to whom the owner has saved, not to who saved the owner', async () => {
      await patch(owner, { about: { level: 'contacts' }, avatar: { level: 'contacts' } }).expect(200);

      expect(await profile(contact, owner)).toMatchObject({
        about: 'at sea',
        avatarUrl: `/api/media/${AVATAR}`,
      });
      expect(await profile(admirer, owner)).toEqual({
        id: owner.id,
        name: owner.user.name,
        about: '',
        avatarUrl: null,
      });
      expect(await profile(owner, owner)).toMatchObject({
        about: 'at sea',
        avatarUrl: `/api/media/${AVATAR}`,
      });
    });

    it('should hide each by its own setting, in search and contacts as well', async () => {
      await patch(owner, { about: everyone, avatar: { level: 'only', userIds: [contact.id] } }).expect(200);

      const search = await app.http
        .get(`/api/users?search=${encodeURIComponent(owner.email)}`)
        .set(admirer.auth)
        .expect(200);
      const contacts = await app.http.get('/api/contacts').set(admirer.auth).expect(200);
      for (const view of [search.body.items[0], contacts.body.items[0]]) {
        expect(view).toMatchObject({ id: owner.id, about: 'at sea', avatarUrl: null });
      }
      expect(await profile(contact, owner)).toMatchObject({ avatarUrl: `/api/media/${AVATAR}` });
    });

    it('should look to a blocked user as if nothing had ever been set', async () => {
      await patch(owner, { about: everyone, avatar: everyone }).expect(200);
      await app.http.put(`/api/blocks/${contact.id}`).set(owner.auth).expect(204);

      expect(await profile(contact, owner)).toEqual({
        id: owner.id,
        name: owner.user.name,
        about: '',
        avatarUrl: null,
      });
      expect(await profile(admirer, owner)).toMatchObject({ about: 'at sea' });
    });
  });

  describe('groups', () => {
    let owner: TestUser;
    let friend: TestUser;
    let other: TestUser;

    beforeAll(async () => {
      [owner, friend, other] = (await app.users(3)) as [TestUser, TestUser, TestUser];
      await save(owner, friend);
      await patch(owner, { groups: { level: 'contacts' } }).expect(200);
    });

    const create = (by: TestUser, members: TestUser[]) =>
      app.http
        .post('/api/chats')
        .set(by.auth)
        .send({ type: 'group', title: 'g', memberIds: members.map(({ id }) => id) });

    it('should refuse the whole creation to whom one of the members does not admit', async () => {
      const phone = await app.connectAs(owner);

      const { body } = await create(other, [friend, owner]).expect(403);

      expect(body.error.code).toBe('FORBIDDEN');
      await phone.settle();
      expect(phone.heard).toEqual([]);
      expect((await app.http.get('/api/chats').set(other.auth)).body.items).toEqual([]);
      await create(friend, [other, owner]).expect(201);
    });

    it('should answer a retry of what was created while it was allowed', async () => {
      const [cat] = (await app.users(1)) as [TestUser];
      const createOnce = () => create(friend, [cat]).set('Idempotency-Key', 'retry');
      const { body: first } = await createOnce().expect(201);
      await patch(cat, { groups: { level: 'nobody' } }).expect(200);

      expect((await createOnce().expect(200)).body.id).toBe(first.id);
    });

    it('should leave them out of an addition and name them, alike for a block and for privacy', async () => {
      const newcomer = await app.registerAndLogin();
      const chatId = await app.group(other, [friend]);
      const add = (by: TestUser, users: TestUser[]) =>
        app.http
          .post(`/api/chats/${chatId}/members`)
          .set(by.auth)
          .send({ userIds: users.map(({ id }) => id) });
      const phone = await app.connectAs(owner);
      await app.http.put(`/api/blocks/${other.id}`).set(bob.auth).expect(204);
      await patch(bob, { groups: everyone }).expect(200);

      const { body: some } = await add(other, [newcomer, owner, bob]).expect(201);
      const { body: byPrivacy } = await add(other, [owner]).expect(403);
      const { body: byBlock } = await add(other, [newcomer, bob]).expect(403);

      const named = ({ id }: TestUser) => ({ userId: id, reason: 'privacy' });
      expect(some).toMatchObject({
        id: chatId,
        memberCount: 3,
        added: [newcomer.id],
        notAdded: [named(owner), named(bob)],
      });
      expect(byPrivacy.error).toMatchObject({ code: 'FORBIDDEN', details: { notAdded: [named(owner)] } });
      expect(byBlock.error).toEqual({ ...byPrivacy.error, details: { notAdded: [named(bob)] } });
      await phone.settle();
      expect(phone.heard).toEqual([]);
      const { body } = await app.http.get(`/api/chats/${chatId}`).set(other.auth).expect(200);
      expect(body.memberCount).toBe(3);
      await add(friend, [owner]).expect(201);
      await add(other, [owner]).expect(200); // in already: nobody is added
    });
  });
});
