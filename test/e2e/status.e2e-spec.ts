import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { feedOf, isOk, post, save, type StatusPeople, statusPeople } from '../support/status-people.js';
import type { TestSocket } from '../support/test-socket.js';

const UNKNOWN = '0'.repeat(24);

describe('posting a status', () => {
  let app: TestApp;
  let people: StatusPeople;
  let sockets: TestSocket[];

  beforeAll(async () => {
    app = await createTestApp();
    people = await statusPeople(app);
    const { annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone } = people;
    sockets = [annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone];
  });

  beforeEach(async () => {
    await Promise.all(sockets.map((socket) => socket.settle()));
    for (const socket of sockets) socket.forget();
  });

  afterAll(() => app.close());

  const canSee = async (reader: TestUser, statusId: string) => {
    const seen = await app.http.post(`/api/status/${statusId}/view`).set(reader.auth);
    expect([204, 404]).toContain(seen.status);
    const { items } = await feedOf(app, reader);
    const isListed = items.some(({ statuses }: any) => statuses.some(({ id }: any) => id === statusId));
    const sync = await app.http.post('/api/sync').set(reader.auth).send({ chats: {}, me: 0 }).expect(200);
    const isSynced = sync.body.statuses.items.some(({ id }: any) => id === statusId);
    expect([isListed, isSynced]).toEqual([seen.status === 204, seen.status === 204]);
    return isListed;
  };

  it('should reach the audience and the own devices, and nobody else', async () => {
    const { annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone, ann } = people;

    const { status } = await annPhone.ok('new_status', {
      type: 'text',
      text: 'hello',
      backgroundColor: '#1F6FEB',
    });

    const shared = { id: status.id, userId: ann.id, type: 'text', text: 'hello', backgroundColor: '#1F6FEB' };
    expect(status).toMatchObject({ ...shared, audience: { level: 'everyone' }, viewCount: 0 });
    expect(Date.parse(status.expiresAt) - Date.parse(status.createdAt)).toBe(86_400_000);
    for (const own of [annPhone, annLaptop]) expect(await own.next('new_status')).toEqual(status);
    for (const other of [bobPhone, cleoPhone]) {
      const { createdAt, expiresAt } = status;
      expect(await other.next('new_status')).toEqual({ ...shared, createdAt, expiresAt });
    }
    for (const outside of [malloryPhone, evePhone]) {
      await outside.settle();
      expect(outside.all('new_status')).toEqual([]);
    }
  });

  it('should show everyone to contacts and direct partners of the moment, never to strangers or blocked', async () => {
    const { ann, bob, cleo, mallory, eve } = people;
    const dan = await app.registerAndLogin();

    const { id } = await post(app, ann);

    expect(await canSee(bob, id)).toBe(true);
    expect(await canSee(cleo, id)).toBe(true);
    expect(await canSee(mallory, id)).toBe(false);
    expect(await canSee(eve, id)).toBe(false);
    expect(await canSee(dan, id)).toBe(false);
    await save(app, ann, dan);
    expect(await canSee(dan, id)).toBe(true);
  });

  it('should freeze the people of the other levels when posted', async () => {
    const { ann, bob, cleo, eve } = people;
    const [later, left] = (await app.users(2)) as [TestUser, TestUser];
    await save(app, ann, left);

    const toContacts = await post(app, ann, { audience: { level: 'contacts' } });
    const except = await post(app, ann, { audience: { level: 'contacts_except', userIds: [bob.id] } });
    const only = await post(app, ann, { audience: { level: 'only', userIds: [bob.id] } });
    const nobody = await post(app, ann, { audience: { level: 'nobody' } });
    await save(app, ann, later);
    await app.http.delete(`/api/contacts/${left.id}`).set(ann.auth).expect(isOk);

    const seenBy = async (reader: TestUser) => {
      const ids = [toContacts.id, except.id, only.id, nobody.id];
      const seen: boolean[] = [];
      for (const id of ids) seen.push(await canSee(reader, id));
      return seen;
    };
    expect(await seenBy(bob)).toEqual([true, false, true, false]);
    expect(await seenBy(left)).toEqual([true, true, false, false]);
    expect(await seenBy(later)).toEqual([false, false, false, false]);
    expect(await seenBy(cleo)).toEqual([false, false, false, false]);
    expect(await seenBy(eve)).toEqual([false, false, false, false]);
  });

  it('should take the audience from the privacy settings, and keep it when they change', async () => {
    const { bob } = people;
    const fay = await app.registerAndLogin();
    await save(app, fay, bob);
    const settings = (statuses: object) =>
      app.http.patch('/api/users/me/privacy').set(fay.auth).send({ statuses }).expect(200);
    await settings({ level: 'only', userIds: [bob.id] });

    const { id, audience } = await post(app, fay);
    await settings({ level: 'nobody' });

    expect(audience).toEqual({ level: 'only', userIds: [bob.id] });
    expect(await canSee(bob, id)).toBe(true);
    expect((await post(app, fay)).audience).toEqual({ level: 'nobody' });
  });

  it('should hide it at once from whom the author blocks, and from who blocks the author', async () => {
    const [author, reader] = (await app.users(2)) as [TestUser, TestUser];
    const phone = await app.connectAs(reader);
    await save(app, author, reader);
    const { id } = await post(app, author, { audience: { level: 'only', userIds: [reader.id] } });
    const block = (by: TestUser, other: TestUser) =>
      app.http.put(`/api/blocks/${other.id}`).set(by.auth).expect(isOk);
    const unblock = (by: TestUser, other: TestUser) =>
      app.http.delete(`/api/blocks/${other.id}`).set(by.auth).expect(isOk);
    expect(await canSee(reader, id)).toBe(true);

    for (const [by, other] of [
      [author, reader],
      [reader, author],
    ] as const) {
      await block(by, other);
      phone.forget();
      expect(await canSee(reader, id)).toBe(false);
      await post(app, author);
      await phone.settle();
      expect(phone.all('new_status')).toEqual([]);
      await unblock(by, other);
      expect(await canSee(reader, id)).toBe(true);
    }
  });

  it('should answer a retry with the first status and tell nobody again', async () => {
    const { ann, annPhone, bobPhone } = people;
    const body = { type: 'text', text: 'once' };
    const send = (text = 'once') =>
      app.http
        .post('/api/status')
        .set(ann.auth)
        .set('Idempotency-Key', 'key-1')
        .send({ ...body, text });

    const answers = await Promise.all([send(), send(), send()]);
    const again = await annPhone.ok('new_status', { ...body, requestId: 'key-1' });

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    for (const { body: answered } of answers) expect(answered).toEqual(again.status);
    await bobPhone.settle();
    expect(bobPhone.all('new_status')).toHaveLength(1);
    expect((await send('other').expect(409)).body.error.code).toBe('CONFLICT');
    await app.http.delete(`/api/status/${again.status.id}`).set(ann.auth).expect(204);
    expect((await send().expect(410)).body.error.code).toBe('GONE');
  });

  it('should delete at once everywhere, for the author alone', async () => {
    const { ann, bob, eve, mallory, annPhone, annLaptop, bobPhone, cleoPhone, malloryPhone, evePhone } =
      people;
    const { id } = await post(app, ann);
    for (const other of [bob, eve, mallory]) {
      await app.http.delete(`/api/status/${id}`).set(other.auth).expect(404);
    }

    await app.http.delete(`/api/status/${id}`).set(ann.auth).expect(204);

    for (const socket of [annPhone, annLaptop, bobPhone, cleoPhone]) {
      expect(await socket.next('status_deleted')).toEqual({ statusId: id });
    }
    for (const outside of [malloryPhone, evePhone]) {
      await outside.settle();
      expect(outside.heard).toEqual([]);
    }
    expect(await canSee(bob, id)).toBe(false);
    const mine = await app.http.get('/api/status/mine').set(ann.auth).expect(200);
    expect(mine.body.items.map((status: any) => status.id)).not.toContain(id);
    await app.http.delete(`/api/status/${id}`).set(ann.auth).expect(404);
    const stored = await app.connection.collection('statuses').findOne({ text: 'at the sea', userId: id });
    expect(stored).toBeNull();
  });

  it.each([
    [{ type: 'image' }, 'mediaId', 'required'],
    [
      { type: 'image', mediaId: UNKNOWN, backgroundColor: '#112233' },
      'backgroundColor',
      'whitelistValidation',
    ],
    [{ type: 'video' }, 'mediaId', 'required'],
    [{ type: 'audio', text: 'x' }, 'type', 'isIn'],
    [{ type: 'text' }, 'text', 'required'],
    [{ type: 'text', text: ' ' }, 'text', 'matches'],
    [{ type: 'text', text: 'x'.repeat(4097) }, 'text', 'maxLength'],
    [{ type: 'text', text: 'x', backgroundColor: 'red' }, 'backgroundColor', 'matches'],
    [{ type: 'text', text: 'x', mediaId: UNKNOWN }, 'mediaId', 'whitelistValidation'],
    [{ type: 'text', text: 'x', audience: { level: 'friends' } }, 'audience.level', 'isIn'],
    [
      { type: 'text', text: 'x', audience: { level: 'everyone', userIds: [] } },
      'audience.userIds',
      'whitelistValidation',
    ],
    [{ type: 'text', text: 'x', colour: 'red' }, 'colour', 'whitelistValidation'],
  ])('should refuse %j and leave no trace', async (body, field, rule) => {
    const { ann, annPhone, bobPhone } = people;

    const { body: answer } = await app.http.post('/api/status').set(ann.auth).send(body).expect(400);
    const refusal = await annPhone.refusal('VALIDATION', 'new_status', body);

    expect(answer.error.details).toContainEqual(expect.objectContaining({ field, rule }));
    expect(refusal.details).toEqual(answer.error.details);
    await bobPhone.settle();
    expect(bobPhone.heard).toEqual([]);
  });

  it('should document the audience of a post', async () => {
    const { body } = await app.http.get('/docs-json').expect(200);

    const { audience } = body.components.schemas.PostStatusDto.properties;
    expect(audience.allOf).toEqual([{ $ref: '#/components/schemas/StatusAudienceDto' }]);
    expect(body.components.schemas.StatusAudienceDto.properties).toHaveProperty('level');
  });

  it('should refuse to post in the name of another', async () => {
    const { annPhone, bob } = people;

    await annPhone.refusal('FORBIDDEN', 'new_status', { type: 'text', text: 'x', userId: bob.id });
    await annPhone.refusal('FORBIDDEN', 'view_status', { statusId: UNKNOWN, from: bob.id });
  });

  it('should count the day by the clock, and let nobody pass the limit in parallel', async () => {
    const gus = await app.registerAndLogin();
    const send = () => app.http.post('/api/status').set(gus.auth).send({ type: 'text', text: 'x' });

    const answers = [];
    for (let round = 0; round < 11; round += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 10 }, send))));
    }

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(100);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error.code).toBe('RATE_LIMITED');
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(80_000);
  });
});
