import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MediaCollector } from '../../src/media/media-collector.service.js';
import { UNATTACHED_MS } from '../../src/media/media-library.service.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { download, imageOf, upload } from '../support/media-files.js';

/** A server that speaks the protocol, and checks the signatures of requests. */
describe('media in a bucket', () => {
  let server: S3rver;
  let directory: string;
  let port: number;
  let app: TestApp;
  let ann: TestUser;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'parley-s3-'));
    const configureBuckets = [{ name: 'media', configs: [] }];
    server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
    ({ port } = await server.run());
    app = await createTestApp({
      S3_BUCKET: 'media',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
      S3_PREFIX: 'parley/',
      JWT_EXPIRES_IN: '30d',
    });
    ann = await app.registerAndLogin();
  });

  afterAll(async () => {
    await app.close();
    await server.close();
    rmSync(directory, { recursive: true });
  });

  const objects = () =>
    readdirSync(join(directory, 'media'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('_object'),
    );

  it('should be stored there, with its thumbnail, and nowhere else', async () => {
    const media = await upload(app, ann, await imageOf());

    expect(objects().toSorted()).toEqual([
      `parley/${media.id.slice(-2)}/${media.id}._S3rver_object`,
      `parley/${media.id.slice(-2)}/${media.id}.thumbnail._S3rver_object`,
    ]);
    expect(await download(app, ann, media.url)).toHaveLength(media.size);
    await download(app, ann, media.thumbnailUrl ?? '');
    const local = readdirSync(join(app.dataDir, 'media'), { recursive: true, withFileTypes: true });
    expect(local.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('should be read in parts', async () => {
    const { url } = await upload(app, ann, Buffer.from('0123456789'));

    const { text, headers } = await app.http
      .get(url)
      .set(ann.auth)
      .set('Range', 'bytes=3-5')
      .buffer(true)
      .expect(206);

    expect(text).toBe('345');
    expect(headers['content-range']).toBe('bytes 3-5/10');
  });

  it('should make a picture of somebody of what is there', async () => {
    const { id } = await upload(app, ann, await imageOf());

    const { body } = await app.http
      .put('/api/users/me/avatar')
      .set(ann.auth)
      .send({ mediaId: id })
      .expect(200);

    expect(await download(app, ann, body.avatarUrl)).not.toHaveLength(0);
  });

  it('should leave the bucket when nothing holds it', async () => {
    const { id, url } = await upload(app, ann, await imageOf());
    app.clock.advance(UNATTACHED_MS);

    await app.app.get(MediaCollector).sweep();

    expect(objects().filter((path) => path.includes(id))).toEqual([]);
    await app.http.get(url).set(ann.auth).expect(404);
  });

  it('should tell of a bucket that is not there, and show nothing', async () => {
    const lost = await createTestApp({
      S3_BUCKET: 'nowhere',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
    });
    try {
      const bob = await lost.registerAndLogin();
      lost.app.useLogger(false);
      const { body } = await lost.http
        .post('/api/media')
        .set(bob.auth)
        .attach('file', Buffer.from('x'), 'x')
        .expect(503);

      expect(body.error.code).toBe('UNAVAILABLE');
      expect(await lost.connection.collection('media').countDocuments({ state: 'ready' })).toBe(0);
    } finally {
      await lost.close();
    }
  });
});
