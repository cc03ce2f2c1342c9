import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { feedOf, isOk, post, save } from '../support/status-people.js';

describe('the feed of statuses', () => {
  let app: TestApp;
  let reader: TestUser;
  let authors: TestUser[];
  let posted: any[];

  beforeAll(async () => {
    app = await createTestApp();
    [reader, ...authors] = (await app.users(6)) as [TestUser, ...TestUser[]];
    posted = [];
    for (const [index, author] of authors.entries()) {
      await save(app, author, reader);
      posted.push(await post(app, author, { text: `first of ${index}` }));
      app.clock.advance(1000);
    }
    posted.push(await post(app, at(0), { text: 'second of 0' }));
    await post(app, reader, { text: 'own' });
  });

  afterAll(() => app.close());

  const at = (index: number) => authors[index] as TestUser;
  const view = ({ id }: { id: string }) =>
    app.http.post(`/api/status/${id}/view`).set(reader.auth).expect(204);
  const order = ({ items }: any) =>
    items.map(({ user }: any) => authors.findIndex(({ id }) => id === user.id));

  it('should group by author, the latest first, and leave one’s own out', async () => {
    const feed = await feedOf(app, reader);

    expect(order(feed)).toEqual([0, 4, 3, 2, 1]);
    expect(feed.nextCursor).toBeNull();
    expect(feed.items[0]).toMatchObject({
      user: { id: at(0).id, name: at(0).user.name },
      muted: false,
      allViewed: false,
      statuses: [
        { text: 'first of 0', viewed: false },
        { text: 'second of 0', viewed: false },
      ],
    });
    for (const { statuses } of feed.items) {
      for (const status of statuses) {
        expect(status).not.toHaveProperty('audience');
        expect(status).not.toHaveProperty('viewCount');
      }
    }
  });

  it('should move what was seen behind, for its viewer alone', async () => {
    await view(posted[0]);
    await view(posted[4]);

    const feed = await feedOf(app, reader);

    expect(order(feed)).toEqual([0, 3, 2, 1, 4]);
    expect(feed.items[0]).toMatchObject({
      allViewed: false,
      statuses: [{ viewed: true }, { viewed: false }],
    });
    expect(feed.items[4]).toMatchObject({ allViewed: true });
    const other = await app.registerAndLogin();
    await save(app, at(4), other);
    expect((await feedOf(app, other)).items[0]).toMatchObject({ allViewed: false });
  });

  it('should mark and put last whom one has muted, without telling them', async () => {
    const socket = await app.connectAs(at(3));
    const mute = (userId: string) => app.http.put(`/api/status/mutes/${userId}`).set(reader.auth);
    const before = await app.http.post('/api/sync').set(reader.auth).send({ chats: {}, me: 0 }).expect(200);

    await mute(at(3).id).expect(204);
    await mute(at(3).id).expect(204);

    const feed = await feedOf(app, reader);
    expect(order(feed)).toEqual([0, 2, 1, 4, 3]);
    expect(feed.items[4]).toMatchObject({ muted: true, allViewed: false });
    const { rev } = before.body.me;
    const after = await app.http.post('/api/sync').set(reader.auth).send({ chats: {}, me: rev }).expect(200);
    expect(after.body.me).toMatchObject({ rev: rev + 1, statusMutes: [at(3).id] });
    await mute(reader.id).expect(400);
    await mute('0'.repeat(24)).expect(404);
    await app.http
      .delete(`/api/status/mutes/${at(3).id}`)
      .set(reader.auth)
      .expect(204);
    await app.http
      .delete(`/api/status/mutes/${at(3).id}`)
      .set(reader.auth)
      .expect(204);
    expect(order(await feedOf(app, reader))).toEqual([0, 3, 2, 1, 4]);
    await socket.settle();
    expect(socket.heard).toEqual([]);
  });

  it('should page without a gap or a double while its reader looks and others post', async () => {
    const first = await feedOf(app, reader, '?limit=2');
    await view(posted[5]);
    await view(posted[3]);
    app.clock.advance(10);
    await post(app, at(1), { text: 'while you page' });

    const second = await feedOf(app, reader, `?limit=2&cursor=${first.nextCursor}`);
    const third = await feedOf(app, reader, `?limit=2&cursor=${second.nextCursor}`);

    expect([first, second, third].flatMap(order)).toEqual([0, 3, 2, 1, 4]);
    expect(third.nextCursor).toBeNull();
    expect(order(await feedOf(app, reader))[0]).toBe(1);
    await app.http.get('/api/status?cursor=bm9uc2Vuc2U').set(reader.auth).expect(400);
    await app.http.get('/api/status?limit=101').set(reader.auth).expect(400);
  });

  it('should page one’s own, newest first, with counts', async () => {
    const author = at(2);
    app.clock.advance(10);
    const second = await post(app, author, { text: 'second of 2' });
    const mine = async (query: string) =>
      (await app.http.get(`/api/status/mine${query}`).set(author.auth).expect(200)).body;

    await view(posted[2]);
    const first = await mine('?limit=1');
    const rest = await mine(`?limit=1&cursor=${first.nextCursor}`);

    expect(first.items).toMatchObject([{ id: second.id, viewCount: 0, audience: { level: 'everyone' } }]);
    expect(rest).toMatchObject({ items: [{ id: posted[2].id, viewCount: 1 }], nextCursor: null });
  });

  it('should bring by sync what a device missed: the live ones, one’s own among them', async () => {
    const sync = async (body: object = { me: 0 }) =>
      (
        await app.http
          .post('/api/sync')
          .set(reader.auth)
          .send({ chats: {}, ...body })
          .expect(200)
      ).body;
    const { items, hasMore } = (await sync()).statuses;

    expect(hasMore).toBe(false);
    expect(items.map(({ createdAt }: any) => createdAt)).toEqual(
      items
        .map(({ createdAt }: any) => createdAt)
        .toSorted()
        .toReversed(),
    );
    expect(items.find(({ text }: any) => text === 'own')).toMatchObject({ audience: {}, viewCount: 0 });
    expect(items.find(({ id }: any) => id === posted[0].id)).toMatchObject({ viewed: true });
    await app.http.delete(`/api/status/${posted[0].id}`).set(at(0).auth).expect(isOk);
    const after = (await sync()).statuses.items.map(({ id }: any) => id);
    expect(after).toHaveLength(items.length - 1);
    expect(after).not.toContain(posted[0].id);
    expect(await sync({})).not.toHaveProperty('statuses');
  });
});
