import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { download, imageOf, upload } from '../support/media-files.js';

describe('PUT /api/users/me/avatar', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let photo: Buffer;

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    photo = await imageOf({ width: 800, height: 400, isLocated: true });
  });

  afterAll(() => app.close());

  const put = (user: TestUser) => app.http.put('/api/users/me/avatar').set(user.auth);
  const send = async (user: TestUser, file = photo): Promise<string> =>
    (await put(user).attach('file', file, 'me.jpg').expect(200)).body.avatarUrl;
  const profileOf = async (user: TestUser, viewer: TestUser) =>
    (await app.http.get(`/api/users/${user.id}`).set(viewer.auth).expect(200)).body;
  const get = (user: TestUser, url: string) => app.http.get(url).set(user.auth);

  it('should take an image as a form, cut square, and show it to others', async () => {
    const url = await send(ann);

    expect(url).toMatch(/^\/api\/media\/[0-9a-f]{24}$/);
    expect((await profileOf(ann, bob)).avatarUrl).toBe(url);
    const served = await download(app, bob, url);
    expect(await sharp(served).metadata()).toMatchObject({ format: 'webp', width: 640, height: 640 });
    expect(served.includes('SecretCam')).toBe(false);
    const small = await download(app, bob, `${url}/thumbnail`);
    expect(await sharp(small).metadata()).toMatchObject({ width: 160, height: 160 });
  });

  it('should make one of an image that was uploaded before, and leave that one as it was', async () => {
    const media = await upload(app, ann, photo);

    const { body } = await put(ann).send({ mediaId: media.id }).expect(200);

    expect(body.avatarUrl).not.toBe(media.url);
    expect((await profileOf(ann, bob)).avatarUrl).toBe(body.avatarUrl);
    await get(bob, body.avatarUrl).expect(200);
    await get(bob, media.url).expect(404);
  });

  it('should be gone for others when it is replaced or removed', async () => {
    const old = await send(ann);
    const next = await send(ann);
    await get(bob, old).expect(404);
    await get(bob, next).expect(200);

    const { body } = await put(ann).send({ mediaId: null }).expect(200);

    expect(body.avatarUrl).toBeNull();
    expect((await profileOf(ann, bob)).avatarUrl).toBeNull();
    await get(bob, next).expect(404);
  });

  it('should be seen by whom the setting admits, by its address as in the profile', async () => {
    const [owner, contact, stranger] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    const url = await send(owner);
    await app.http.put(`/api/contacts/${contact.id}`).set(owner.auth).expect(204);
    await get(stranger, url).expect(200);

    const avatar = { level: 'contacts' };
    await app.http.patch('/api/users/me/privacy').set(owner.auth).send({ avatar }).expect(200);

    await get(contact, url).expect(200);
    for (const path of [url, `${url}/thumbnail`]) await get(stranger, path).expect(404);
    expect((await profileOf(owner, stranger)).avatarUrl).toBeNull();
    await app.http.put(`/api/blocks/${contact.id}`).set(owner.auth).expect(204);
    await get(contact, url).expect(404);
    await get(owner, url).expect(200);
  });

  it('should move the rev of the user, so that other devices find it', async () => {
    const sync = async (me: number) =>
      (await app.http.post('/api/sync').set(ann.auth).send({ chats: {}, me }).expect(200)).body.me;
    const { rev } = await sync(0);

    const url = await send(ann);

    expect(await sync(rev)).toMatchObject({ rev: rev + 1, user: { avatarUrl: url } });
  });

  it('should refuse what is no image, and change nothing', async () => {
    const before = await send(ann);
    const notes = await upload(app, ann, Buffer.from('notes'));

    const asForm = await put(ann).attach('file', Buffer.from('<svg/>'), 'me.png').expect(415);
    const asId = await put(ann).send({ mediaId: notes.id }).expect(415);
    const empty = await put(ann).send({}).expect(400);

    for (const { body } of [asForm, asId]) expect(body.error.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(empty.body.error.details).toEqual([
      expect.objectContaining({ field: 'mediaId', rule: 'required' }),
    ]);
    expect((await profileOf(ann, bob)).avatarUrl).toBe(before);
  });

  it("should not take anybody else's upload", async () => {
    const media = await upload(app, bob, photo);

    const { body } = await put(ann).send({ mediaId: media.id }).expect(404);

    expect(body.error).toEqual({ code: 'NOT_FOUND', message: 'Media not found' });
  });
});
