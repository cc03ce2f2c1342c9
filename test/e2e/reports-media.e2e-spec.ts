import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';

import { MediaCollector, RECHECK_MS, RELEASE_MS } from '../../src/media/media-collector.service.js';
import { UNATTACHED_MS } from '../../src/media/media-library.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload, type UploadedFile } from '../support/media-files.js';
import { post, save } from '../support/status-people.js';

describe('files of what was reported', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let chatId: string;
  let photo: Buffer;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '3650d', REFRESH_EXPIRES_IN: '3650d' });
    photo = await imageOf();
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    chatId = await app.directChat(ann, bob);
  });

  const report = (body: object, status = 201) =>
    app.http
      .post('/api/reports')
      .set(ann.auth)
      .send({ reason: 'spam', ...body })
      .expect(status);
  const get = (user: TestUser, { url }: { url: string }) => app.http.get(url).set(user.auth);
  const later = async (ms: number) => {
    app.clock.advance(ms);
    await app.app.get(MediaCollector).sweep();
  };

  /** What Bob sends to Ann. */
  async function send(...media: UploadedFile[]): Promise<string> {
    const body = { clientMessageId: media[0]?.id, attachmentIds: media.map(({ id }) => id) };
    return (await app.http.post(`/api/chats/${chatId}/messages`).set(bob.auth).send(body).expect(201)).body
      .id;
  }
  const deleteForAll = (messageId: string) =>
    app.http.delete(`/api/messages/${messageId}?for=everyone`).set(bob.auth).expect(200);

  it('should be kept when the message is deleted for everyone, and be shown to nobody by it', async () => {
    const [first, second] = [await upload(app, bob, photo), await upload(app, bob, photo)];
    const gone = await upload(app, bob, photo);
    const [reported, other] = [await send(first, second), await send(gone)];
    await report({ messageId: reported });
    // Until then it is read by whom the message shows it to.
    for (const media of [first, second]) {
      await get(ann, media).expect(200);
      await get(eve, media).expect(404);
    }

    await deleteForAll(reported);
    await deleteForAll(other);
    for (const media of [first, second]) for (const user of [ann, eve]) await get(user, media).expect(404);
    await later(RELEASE_MS);
    await get(bob, gone).expect(404);
    await later(10 * RECHECK_MS);

    for (const media of [first, second]) await get(bob, media).expect(200);
    for (const media of [first, second]) for (const user of [ann, eve]) await get(user, media).expect(404);
  });

  it('should be kept when the status is over', async () => {
    await save(app, bob, ann);
    const [media, other] = [await upload(app, bob, photo), await upload(app, bob, photo)];
    const status = await post(app, bob, { type: 'image', text: undefined, mediaId: media.id });
    await post(app, bob, { type: 'image', text: undefined, mediaId: other.id });
    await report({ statusId: status.id });

    await later(UNATTACHED_MS);

    await get(bob, other).expect(404);
    await get(bob, media).expect(200);
    await get(ann, media).expect(404);
  });

  it('should be kept when somebody whose picture it was takes another one', async () => {
    const set = async () =>
      (await app.http.put('/api/users/me/avatar').set(bob.auth).attach('file', photo, 'x').expect(200)).body
        .avatarUrl as string;
    const [old, reported] = [{ url: await set() }, { url: await set() }];
    await report({ userId: bob.id });
    await app.http.put('/api/users/me/avatar').set(bob.auth).send({ mediaId: null }).expect(200);

    await later(RELEASE_MS);

    await get(bob, old).expect(404);
    await get(bob, reported).expect(200);
    await get(ann, reported).expect(404);
  });

  it('should be no reason to keep what could not be reported', async () => {
    const media = await upload(app, eve, photo);
    const theirs = await app.directChat(eve, bob);
    const body = { clientMessageId: 'm', attachmentIds: [media.id] };
    const { body: message } = await app.http
      .post(`/api/chats/${theirs}/messages`)
      .set(eve.auth)
      .send(body)
      .expect(201);

    await report({ messageId: message.id }, 404);
    await app.http.delete(`/api/messages/${message.id}?for=everyone`).set(eve.auth).expect(200);
    await later(RELEASE_MS);

    await get(eve, media).expect(404);
  });
});
