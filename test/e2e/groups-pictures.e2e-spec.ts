import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { toObjectId } from '../../src/database/object-id.js';
import { MediaCollector, RECHECK_MS, RELEASE_MS } from '../../src/media/media-collector.service.js';
import { UNATTACHED_MS } from '../../src/media/media-library.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { GroupScene } from '../support/group-scene.js';
import { download, imageOf, upload } from '../support/media-files.js';

describe('pictures of groups', () => {
  let app: TestApp;
  let group: GroupScene;
  let photo: Buffer;

  beforeAll(async () => {
    const long = { JWT_EXPIRES_IN: '3650d', REFRESH_EXPIRES_IN: '3650d' };
    app = await createTestApp({ RATE_LIMITS: 'off', ...long });
    photo = await imageOf({ width: 800, height: 400, isLocated: true });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    group = await GroupScene.open(app);
  });

  /** Makes a picture of a new upload the group's; answers its address. */
  async function set(by: TestUser): Promise<string> {
    const { id } = await upload(app, by, photo);
    return (await group.patch(by, { avatarMediaId: id }).expect(200)).body.avatarUrl;
  }

  const shown = async (to: TestUser) => (await group.get(to).expect(200)).body.avatarUrl as string | null;
  const get = (by: TestUser, url: string) => app.http.get(url).set(by.auth);
  const later = async (ms: number) => {
    app.clock.advance(ms);
    await app.app.get(MediaCollector).sweep();
  };
  const storedOf = ({ id }: TestUser) =>
    app.connection.collection('media').countDocuments({ ownerId: toObjectId(id) });

  it('should be cut square of an upload, and shown and told to all members and nobody else', async () => {
    const devices = [group.owner, group.member, group.exMember, group.stranger];
    const [phone, laptop, left, evePhone] = await Promise.all(devices.map((user) => app.connectAs(user)));
    const media = await upload(app, group.member, photo);

    const { body } = await group.patch(group.member, { avatarMediaId: media.id }).expect(200);

    const { avatarUrl } = body;
    expect(avatarUrl).toMatch(/^\/api\/media\/[0-9a-f]{24}$/);
    expect(avatarUrl).not.toBe(media.url);
    const change = { type: 'system', senderId: group.member.id, system: { kind: 'info', avatarUrl } };
    for (const device of [phone, laptop]) {
      expect(await device?.next('chat_updated')).toMatchObject({ id: group.chatId, avatarUrl });
      expect(await device?.next('receive_message')).toMatchObject(change);
    }
    for (const outside of [left, evePhone]) {
      await outside?.settle();
      expect(outside?.heard).toEqual([]);
    }
    const served = await download(app, group.owner, avatarUrl);
    expect(await sharp(served).metadata()).toMatchObject({ format: 'webp', width: 640, height: 640 });
    expect(served.includes('SecretCam')).toBe(false);
    await get(group.admin, `${avatarUrl}/thumbnail`).expect(200);
    // The upload itself stays its owner's alone.
    await get(group.owner, media.url).expect(404);
    for (const outside of [group.stranger, group.exMember])
      for (const url of [avatarUrl, `${avatarUrl}/thumbnail`]) await get(outside, url).expect(404);
  });

  it('should be in lists, in a catch-up and in the copy of a member', async () => {
    const sync = async (chats: object) =>
      (await app.http.post('/api/sync').set(group.member.auth).send({ chats }).expect(200)).body.chats;
    const [{ rev }] = await sync({});

    const avatarUrl = await set(group.owner);

    expect(await sync({ [group.chatId]: rev })).toMatchObject([
      { chat: { avatarUrl }, messages: [{ system: { kind: 'info', avatarUrl } }] },
    ]);
    expect(await sync({})).toMatchObject([{ chat: { avatarUrl } }]);
    const { body } = await app.http.get('/api/chats').set(group.member.auth).expect(200);
    expect(body.items).toMatchObject([{ avatarUrl }]);
    await group.add(group.owner, group.stranger).expect(201);
    expect(await shown(group.stranger)).toBe(avatarUrl);
    await get(group.stranger, avatarUrl).expect(200);
  });

  it('should stay when the title changes, and go for members when it is replaced or taken away', async () => {
    const first = await set(group.owner);
    await group.patch(group.owner, { title: 'new' }).expect(200);
    expect(await shown(group.member)).toBe(first);
    await get(group.member, first).expect(200);

    const second = await set(group.admin);
    expect(await shown(group.member)).toBe(second);
    await get(group.member, first).expect(404);
    await get(group.member, second).expect(200);

    const { body } = await group.patch(group.member, { avatarMediaId: null }).expect(200);
    expect(body.avatarUrl).toBeNull();
    await get(group.member, second).expect(404);
    expect((await group.history(group.member)).at(-1)?.system).toEqual({ kind: 'info', avatarUrl: null });
    const phone = await app.connectAs(group.member);
    await group.patch(group.owner, { avatarMediaId: null }).expect(200);
    await phone.settle();
    expect(phone.heard).toEqual([]);
  });

  it('should be set once by retries with the same upload, also at the same time', async () => {
    const { id: avatarMediaId } = await upload(app, group.owner, photo);
    const phone = await app.connectAs(group.member);

    const answers = await Promise.all([1, 2, 3].map(() => group.patch(group.owner, { avatarMediaId })));
    const again = await group.patch(group.owner, { avatarMediaId }).expect(200);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await shown(group.member)).toBe(again.body.avatarUrl);
    await phone.settle();
    expect(phone.all('receive_message')).toHaveLength(1);
    await get(group.member, again.body.avatarUrl).expect(200);
    await later(RELEASE_MS);
    // The upload and its picture: what else was made is gone.
    await expect.poll(() => storedOf(group.owner)).toBe(2);
    await get(group.member, again.body.avatarUrl).expect(200);
  });

  it('should be for those who may change what the group shows, and change nothing else', async () => {
    await group.patch(group.owner, { settings: { editInfo: 'admins' } }).expect(200);
    const before = await set(group.admin);
    const phone = await app.connectAs(group.owner);
    const refused = async (by: TestUser, status: number) => {
      const { id } = await upload(app, by, photo);
      const files = await storedOf(by);
      const { body } = await group.patch(by, { avatarMediaId: id, title: 'mine' }).expect(status);
      expect(await storedOf(by)).toBe(files);
      return body.error as { code: string; message: string };
    };

    expect(await refused(group.member, 403)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refused(group.exMember, 403)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refused(group.stranger, 404)).toEqual({ code: 'NOT_FOUND', message: 'Chat not found' });

    await phone.settle();
    expect(phone.heard).toEqual([]);
    expect((await group.get(group.owner)).body).toMatchObject({ title: 'group', avatarUrl: before });
    await group.patch(group.member, { avatarMediaId: null }).expect(403);
    await set(group.owner);
  });

  it("should be made of an image of one's own, and of nothing else", async () => {
    const before = await set(group.owner);
    const notes = await upload(app, group.owner, Buffer.from('notes'));
    const foreign = await upload(app, group.admin, photo);
    const phone = await app.connectAs(group.member);

    const { body: asText } = await group.patch(group.owner, { avatarMediaId: notes.id }).expect(415);
    const { body: asForeign } = await group.patch(group.owner, { avatarMediaId: foreign.id }).expect(404);

    expect(asText.error.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(asForeign.error).toEqual({ code: 'NOT_FOUND', message: 'Media not found' });
    // Nor of the upload of somebody else that is the picture already.
    await group.patch(group.admin, { avatarMediaId: foreign.id }).expect(200);
    await group.patch(group.owner, { avatarMediaId: foreign.id }).expect(404);
    const now = await shown(group.owner);
    expect(now).not.toBe(before);
    await phone.settle();
    expect(phone.all('receive_message')).toHaveLength(1);
  });

  it('should not be had by a direct chat', async () => {
    const chatId = await app.directChat(group.owner, group.member);
    const { id } = await upload(app, group.owner, photo);

    for (const avatarMediaId of [id, null]) {
      const { body } = await app.http
        .patch(`/api/chats/${chatId}`)
        .set(group.owner.auth)
        .send({ avatarMediaId })
        .expect(400);
      expect(body.error.details).toMatchObject([{ field: 'avatarMediaId', rule: 'whitelistValidation' }]);
    }
  });

  it('should be that of then for who has left, until they take the group off their list', async () => {
    const then = await set(group.owner);
    await group.patch(group.owner, { title: 'then' }).expect(200);
    await group.remove(group.owner, group.member).expect(204);
    const now = await set(group.owner);

    expect(await shown(group.member)).toBe(then);
    await get(group.member, then).expect(200);
    await get(group.member, now).expect(404);
    await get(group.admin, then).expect(404);
    await later(10 * RECHECK_MS);
    await get(group.member, then).expect(200);
    await get(group.owner, now).expect(200);

    await group.delete(group.member, '/me').expect(204);
    await get(group.member, then).expect(404);
    await later(RECHECK_MS);
    await get(group.owner, then).expect(404);
    await get(group.admin, now).expect(200);
  });

  it('should be that of today for who has come back', async () => {
    const then = await set(group.owner);
    await group.remove(group.owner, group.member).expect(204);
    const now = await set(group.owner);
    await group.add(group.owner, group.member).expect(201);

    expect(await shown(group.member)).toBe(now);
    await get(group.member, now).expect(200);
    await get(group.member, then).expect(404);
  });

  it('should be seen before joining by whom an invite works for, as long as it does', async () => {
    const { body: invite } = await group.post(group.owner, '/invite').expect(201);
    const address = `/api/invites/${invite.token}`;
    const preview = async () =>
      (await get(group.stranger, address).expect(200)).body.avatarUrl as string | null;
    expect(await preview()).toBeNull();
    await get(group.stranger, `${address}/avatar`).expect(404);
    const shared = await set(group.owner);

    expect(await preview()).toBe(`${address}/avatar`);
    const served = await download(app, group.stranger, `${address}/avatar`);
    expect(await sharp(served).metadata()).toMatchObject({ format: 'webp', width: 640, height: 640 });
    await get(group.stranger, shared).expect(404);
    await app.http.get(`${address}/avatar`).expect(401);
    await get(group.stranger, `/api/invites/${'x'.repeat(32)}/avatar`).expect(404);
    const { body: removed } = await get(group.exMember, `${address}/avatar`).expect(403);
    expect(removed.error.code).toBe('FORBIDDEN');

    await group.delete(group.owner, '/invite').expect(204);
    const { body: ended } = await get(group.stranger, `${address}/avatar`).expect(410);
    expect(ended.error.code).toBe('GONE');
  });

  it('should be collected soon after it was replaced, and never while it is shown', async () => {
    await group.delete(group.exMember, '/me').expect(204);
    const [old, next] = [await set(group.owner), await set(group.owner)];

    await later(RELEASE_MS);
    // Its owner reads what is there, whatever shows it.
    await get(group.owner, old).expect(404);
    await get(group.member, next).expect(200);

    await later(10 * RECHECK_MS + UNATTACHED_MS);
    await get(group.member, next).expect(200);
  });
});
