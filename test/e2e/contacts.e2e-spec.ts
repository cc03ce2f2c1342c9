import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';

const NOBODY = 'f'.repeat(24);

describe.each(['contacts', 'blocks'])('/api/%s', (list) => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;

  const put = (user: TestUser, id: string) => app.http.put(`/api/${list}/${id}`).set(user.auth);
  const remove = (user: TestUser, id: string) => app.http.delete(`/api/${list}/${id}`).set(user.auth);
  const get = (user: TestUser, query = '') => app.http.get(`/api/${list}${query}`).set(user.auth);
  const idsOf = async (user: TestUser) =>
    ((await get(user).expect(200)).body.items as { id: string }[]).map(({ id }) => id);

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
  });

  afterAll(() => app.close());

  it('should put somebody on the list once, however often', async () => {
    await put(ann, bob.id).expect(204);
    const [again] = await Promise.all([put(ann, bob.id), put(ann, bob.id)]);

    expect(again.status).toBe(204);
    expect((await get(ann)).body).toEqual({
      items: [{ id: bob.id, name: bob.user.name, about: '', avatarUrl: null }],
      nextCursor: null,
    });
  });

  it('should be the list of its owner alone, and tell nobody', async () => {
    const bobPhone = await app.connectAs(bob);
    await put(ann, bob.id).expect(204);

    expect(await idsOf(bob)).toEqual([]);
    expect(await idsOf(eve)).toEqual([]);
    await bobPhone.settle();
    expect(bobPhone.heard).toEqual([]);
  });

  it('should take somebody off, also twice and also who was never on it', async () => {
    await put(ann, bob.id).expect(204);
    await remove(ann, bob.id).expect(204);
    await remove(ann, bob.id).expect(204);
    await remove(ann, NOBODY).expect(204);

    expect(await idsOf(ann)).toEqual([]);
  });

  it('should refuse oneself, who does not exist, and what is no id', async () => {
    expect((await put(ann, ann.id).expect(400)).body.error.code).toBe('VALIDATION');
    expect((await put(ann, NOBODY).expect(404)).body.error.code).toBe('NOT_FOUND');
    expect((await put(ann, 'bob').expect(400)).body.error.code).toBe('VALIDATION');
    expect((await remove(ann, 'bob').expect(400)).body.error.code).toBe('VALIDATION');
    await app.http.put(`/api/${list}/${bob.id}`).expect(401);
    await app.http.get(`/api/${list}`).expect(401);

    expect(await idsOf(ann)).toEqual([]);
  });

  it('should come page by page in order', async () => {
    const people = await app.users(5);
    for (const { id } of people) await put(eve, id).expect(204);

    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await get(eve, `?limit=2${cursor && `&cursor=${cursor}`}`).expect(200);
      expect(body.items.length).toBeLessThanOrEqual(2);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor as string | null;
    }

    expect(found).toEqual(people.map(({ id }) => id).toSorted());
    expect((await get(eve, '?limit=101').expect(400)).body.error.code).toBe('VALIDATION');
    expect((await get(eve, '?cursor=abc').expect(400)).body.error.code).toBe('VALIDATION');
  });

  it('should be read through its indexes', async () => {
    const rows = app.connection.collection(list);
    const owner = (await rows.findOne({}))?.ownerId;
    const page = rows.find({ ownerId: owner }).sort({ userId: 1 }).limit(3);

    const { executionStats } = await page.explain('executionStats');

    expect(executionStats.totalDocsExamined).toBe(3);
  });

  it("should reach the owner's other devices by sync", async () => {
    const sync = async (me: number) =>
      (await app.http.post('/api/sync').set(bob.auth).send({ chats: {}, me }).expect(200)).body.me;
    const before = await sync(0);
    expect(before[list]).toEqual([]);

    await put(bob, ann.id).expect(204);
    const { rev, [list]: people } = await sync(before.rev);
    expect(people).toEqual([{ id: ann.id, name: ann.user.name, about: '', avatarUrl: null }]);
    expect(await sync(rev)).toBeUndefined();

    await remove(bob, ann.id).expect(204);
    expect((await sync(rev))[list]).toEqual([]);
  });
});
