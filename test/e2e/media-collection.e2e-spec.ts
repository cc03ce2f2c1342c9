import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { MediaCollector, RECHECK_MS, RELEASE_MS } from '../../src/media/media-collector.service.js';
import { UNATTACHED_MS } from '../../src/media/media-library.service.js';
import { MEDIA_SWEEP_MS } from '../../src/jobs/media-sweep.job.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload, type UploadedFile } from '../support/media-files.js';
import { post } from '../support/status-people.js';

describe('media that nothing holds', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let photo: Buffer;

  beforeAll(async () => {
    app = await createTestApp({ JWT_EXPIRES_IN: '900d', REFRESH_EXPIRES_IN: '900d' });
    [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    photo = await imageOf();
  });

  afterAll(() => app.close());

  const sweep = () => app.app.get(MediaCollector).sweep();
  const later = async (ms: number) => {
    app.clock.advance(ms);
    await sweep();
  };

  /** Which of these are still there, row and files alike; the job may be removing them at this moment. */
  const kept = (...all: UploadedFile[]): Promise<boolean[]> =>
    vi.waitFor(() => Promise.all(all.map(isKept)), { timeout: 5000 });

  async function isKept({ id, url }: UploadedFile): Promise<boolean> {
    const { status } = await app.http.get(url).set(ann.auth);
    const paths = readdirSync(join(app.dataDir, 'media', 'files'), { recursive: true, encoding: 'utf8' });
    const names = new Set(paths.map((path) => path.split('/').at(-1)));
    const parts = [names.has(id), names.has(`${id}.thumbnail`), status === 200];
    expect(new Set(parts).size, `${id}: ${String(parts)}`).toBe(1);
    return status === 200;
  }

  async function attach(chatId: string, ...media: UploadedFile[]): Promise<any> {
    const body = { clientMessageId: media[0]?.id, attachmentIds: media.map(({ id }) => id) };
    return (await app.http.post(`/api/chats/${chatId}/messages`).set(ann.auth).send(body).expect(201)).body;
  }

  /** As where word of a deletion is lost. */
  const empty = (clientMessageId: string) =>
    app.connection.collection('messages').updateOne({ clientMessageId }, { $unset: { attachments: 1 } });

  beforeEach(async () => {
    await sweep();
    // Months have gone by.
    [ann, bob] = await Promise.all([app.login(ann.email), app.login(bob.email)]);
  });

  it('should be removed a day after its upload, what is attached should stay', async () => {
    const chatId = await app.directChat(ann, bob);
    const [loose, held] = [await upload(app, ann, photo), await upload(app, ann, photo)];
    await attach(chatId, held);

    await later(UNATTACHED_MS - 10_000);
    expect(await kept(loose, held)).toEqual([true, true]);
    await later(10_000);
    expect(await kept(loose, held)).toEqual([false, true]);

    await later(10 * RECHECK_MS);
    expect(await kept(held)).toEqual([true]);
    await app.http.get(held.url).set(bob.auth).expect(200);
  });

  it('should be removed by the job of its own accord', async () => {
    const loose = await upload(app, ann, photo);
    app.clock.advance(UNATTACHED_MS);

    app.clock.advance(MEDIA_SWEEP_MS);

    await expect.poll(() => kept(loose)).toEqual([false]);
  });

  it('should go at the next look when the last message that held it has lost it', async () => {
    const chatId = await app.directChat(ann, bob);
    const media = await upload(app, ann, photo);
    const first = await attach(chatId, media);
    const body = { clientMessageId: 'again', attachmentIds: [media.id] };
    await app.http.post(`/api/chats/${chatId}/messages`).set(ann.auth).send(body).expect(201);

    await empty(first.clientMessageId);
    await later(RECHECK_MS + UNATTACHED_MS);
    expect(await kept(media)).toEqual([true]);

    await empty('again');
    await later(RECHECK_MS);
    expect(await kept(media)).toEqual([false]);
  });

  it('should go soon after the message was deleted for everyone, unless another one holds it', async () => {
    const chatId = await app.directChat(ann, bob);
    const [once, twice] = [await upload(app, ann, photo), await upload(app, ann, photo)];
    const { id } = await attach(chatId, once, twice);
    await attach(chatId, twice);

    await app.http.delete(`/api/messages/${id}?for=everyone`).set(ann.auth).expect(200);
    await later(RELEASE_MS);

    expect(await kept(once, twice)).toEqual([false, true]);
    await app.http.get(twice.url).set(bob.auth).expect(200);
  });

  it('should stay when somebody deleted the message for themselves alone', async () => {
    const chatId = await app.directChat(ann, bob);
    const media = await upload(app, ann, photo);
    const { id } = await attach(chatId, media);

    await app.http.delete(`/api/messages/${id}?for=me`).set(ann.auth).expect(200);
    await later(UNATTACHED_MS);

    expect(await kept(media)).toEqual([true]);
    await app.http.get(media.url).set(bob.auth).expect(200);
  });

  it('should go soon after a status was deleted, and at the end of one that was not', async () => {
    const [deleted, expired] = [await upload(app, ann, photo), await upload(app, ann, photo)];
    const status = await post(app, ann, { type: 'image', text: undefined, mediaId: deleted.id });
    await post(app, ann, { type: 'image', text: undefined, mediaId: expired.id });
    await app.http.delete(`/api/status/${status.id}`).set(ann.auth).expect(204);

    await later(RELEASE_MS);
    expect(await kept(deleted, expired)).toEqual([false, true]);
    await later(UNATTACHED_MS);
    expect(await kept(expired)).toEqual([false]);
  });

  it('should go soon after another picture has taken its place', async () => {
    const set = async () =>
      (await app.http.put('/api/users/me/avatar').set(ann.auth).attach('file', photo, 'x').expect(200)).body
        .avatarUrl as string;
    const [old, next] = [await set(), await set()];

    await later(RELEASE_MS);

    await app.http.get(old).set(ann.auth).expect(404);
    await app.http.get(next).set(bob.auth).expect(200);
    await later(10 * RECHECK_MS);
    await app.http.get(next).set(bob.auth).expect(200);
  });

  it('should go soon after a picture was taken away', async () => {
    const put = () => app.http.put('/api/users/me/avatar').set(ann.auth);
    const { body } = await put().attach('file', photo, 'x').expect(200);

    await put().send({ mediaId: null }).expect(200);
    await app.http.get(body.avatarUrl).set(ann.auth).expect(200);
    await later(RELEASE_MS);

    await app.http.get(body.avatarUrl).set(ann.auth).expect(404);
  });

  it('should not be taken from under a message that is being sent', async () => {
    const chatId = await app.directChat(ann, bob);
    const media = await upload(app, ann, photo);
    app.clock.advance(UNATTACHED_MS);

    const [message] = await Promise.all([
      app.http
        .post(`/api/chats/${chatId}/messages`)
        .set(ann.auth)
        .send({ clientMessageId: 'race', attachmentIds: [media.id] }),
      sweep(),
    ]);

    const isSent = message.status === 201;
    expect([201, 404]).toContain(message.status);
    expect(await kept(media)).toEqual([isSent]);
  });

  it('should be told as gone when it is attached too late', async () => {
    const chatId = await app.directChat(ann, bob);
    const media = await upload(app, ann, photo);
    await later(UNATTACHED_MS);

    const body = { clientMessageId: 'late', attachmentIds: [media.id] };
    const { body: answer } = await app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(ann.auth)
      .send(body)
      .expect(404);

    expect(answer.error.message).toBe('Media not found');
  });

  it('should be found by its row when a crash came between row and file', async () => {
    const media = await upload(app, ann, photo);
    const rows = app.connection.collection('media');
    await rows.updateOne({}, { $set: { state: 'storing' } }, { sort: { _id: -1 } });
    await app.http.get(media.url).set(ann.auth).expect(404);

    await later(UNATTACHED_MS);

    expect(await kept(media)).toEqual([false]);
    expect(await rows.countDocuments({ state: { $ne: 'ready' } })).toBe(0);
  });

  it('should not be looked for without end where something holds what is not there to be read', async () => {
    const chatId = await app.directChat(ann, bob);
    const media = await upload(app, ann, photo);
    await attach(chatId, media);
    const rows = app.connection.collection('media');
    const past = new Date(app.clock.nowMs() - 1);
    await rows.updateOne({}, { $set: { state: 'condemned', sweepAt: past } }, { sort: { _id: -1 } });

    await sweep();

    const [row] = await rows.find().sort({ _id: -1 }).limit(1).toArray();
    expect(row?.sweepAt.getTime()).toBeGreaterThanOrEqual(past.getTime() + RECHECK_MS);
    await rows.updateOne({ _id: row?._id }, { $set: { state: 'ready' } });
  });

  it('should free what its owner may store', async () => {
    const small = await createTestApp({ UPLOAD_QUOTA_MB: '1', JWT_EXPIRES_IN: '30d' });
    try {
      const cleo = await small.registerAndLogin();
      const part = Buffer.alloc(900_000, 1);
      await upload(small, cleo, part);
      await small.http.post('/api/media').set(cleo.auth).attach('file', part, 'x').expect(413);

      small.clock.advance(UNATTACHED_MS);
      await small.app.get(MediaCollector).sweep();

      const media = await upload(small, cleo, part);
      const chatId = await small.directChat(cleo, await small.registerAndLogin());
      const { body: message } = await small.http
        .post(`/api/chats/${chatId}/messages`)
        .set(cleo.auth)
        .send({ clientMessageId: 'm', attachmentIds: [media.id] })
        .expect(201);
      await small.http.delete(`/api/messages/${message.id}?for=everyone`).set(cleo.auth).expect(200);
      small.clock.advance(RELEASE_MS);
      await small.app.get(MediaCollector).sweep();

      await upload(small, cleo, part);
    } finally {
      await small.close();
    }
  });
});
