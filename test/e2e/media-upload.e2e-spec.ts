import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import {
  download,
  gifBomb,
  hasFfmpeg,
  imageOf,
  pngBomb,
  soundInWebm,
  upload,
  videoFile,
  waveFile,
  voiceNote,
} from '../support/media-files.js';

describe('POST /api/media', () => {
  let app: TestApp;
  let ann: TestUser;

  beforeAll(async () => {
    app = await createTestApp({ MAX_UPLOAD_MB: '2' });
    ann = await app.registerAndLogin();
  });

  afterAll(() => app.close());

  const post = (file: Buffer, name = 'file') =>
    app.http.post('/api/media').set(ann.auth).attach('file', file, name);

  /** What the server keeps of media, as names of files and number of rows. */
  async function kept(): Promise<{ files: string[]; rows: number }> {
    const all = readdirSync(join(app.dataDir, 'media'), { recursive: true, withFileTypes: true });
    return {
      files: all.filter((entry) => entry.isFile()).map(({ name }) => name),
      rows: await app.connection.collection('media').countDocuments(),
    };
  }

  describe('with an Idempotency-Key', () => {
    it('should store a file once, and answer a retry the first one', async () => {
      const photo = await imageOf({ width: 20, height: 20 });
      const ask = (file: Buffer) => post(file).set('Idempotency-Key', 'album-1');
      await upload(app, ann, photo);
      const before = await kept();

      const answers = await Promise.all([ask(photo), ask(photo), ask(photo)]);
      const again = await ask(photo).expect(200);

      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
      for (const { body } of answers) expect(body).toEqual(again.body);
      const after = await kept();
      expect(after.rows).toBe(before.rows + 1);
      expect(after.files).toHaveLength(before.files.length + 2);
      const other = await ask(await imageOf({ width: 21, height: 20 })).expect(409);
      expect(other.body.error).toMatchObject({ code: 'CONFLICT' });
      await post(photo).set('Idempotency-Key', 'x'.repeat(65)).expect(400);
      expect(await kept()).toEqual(after);
    });

    it('should keep the keys of people apart', async () => {
      const bob = await app.registerAndLogin();
      const mine = await post(Buffer.from('some text')).set('Idempotency-Key', 'same').expect(201);

      const theirs = await app.http
        .post('/api/media')
        .set(bob.auth)
        .set('Idempotency-Key', 'same')
        .attach('file', Buffer.from('some text'), 'file')
        .expect(201);

      expect(theirs.body.id).not.toBe(mine.body.id);
    });
  });

  describe('images', () => {
    it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('should take a %s', async (format) => {
      const media = await upload(app, ann, await imageOf({ format, width: 640, height: 480 }));

      expect(media).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        kind: 'image',
        mimeType: `image/${format}`,
        size: expect.any(Number),
        width: 640,
        height: 480,
        thumbnailUrl: `/api/media/${media.id}/thumbnail`,
        url: `/api/media/${media.id}`,
      });
      const stored = await download(app, ann, media.url);
      expect(stored).toHaveLength(media.size);
      const thumbnail = await sharp(await download(app, ann, media.thumbnailUrl ?? '')).metadata();
      expect(thumbnail).toMatchObject({ format: 'webp', width: 320, height: 240 });
    });

    it('should remove where it was taken, and all else that is no picture', async () => {
      const photo = await imageOf({ isLocated: true });
      expect(photo.includes('SecretCam')).toBe(true);

      const media = await upload(app, ann, photo);

      for (const path of [media.url, media.thumbnailUrl ?? '']) {
        const served = await download(app, ann, path);
        const { exif, xmp, iptc } = await sharp(served).metadata();
        expect({ exif, xmp, iptc }).toEqual({});
        expect(served.includes('SecretCam')).toBe(false);
      }
    });

    it('should turn it upright', async () => {
      const media = await upload(app, ann, await imageOf({ width: 80, height: 60, orientation: 6 }));

      expect(media).toMatchObject({ width: 60, height: 80 });
      const served = await download(app, ann, media.url);
      const { data, info } = await sharp(served).raw().toBuffer({ resolveWithObject: true });
      const pixel = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3).subarray(0, 3)];
      // A quarter turn clockwise: what was on top is on the right.
      expect(pixel(55, 40)[0]).toBeGreaterThan(200);
      expect(pixel(5, 40)[2]).toBeGreaterThan(200);
    });

    it('should keep an animation moving', async () => {
      const frames = await Promise.all(
        ['red', 'green', 'blue'].map((background) =>
          sharp({ create: { width: 20, height: 20, channels: 3, background } })
            .png()
            .toBuffer(),
        ),
      );
      const gif = await sharp(frames, { join: { animated: true } })
        .gif({ delay: [100, 100, 100] })
        .toBuffer();

      const media = await upload(app, ann, gif);

      expect(media).toMatchObject({ mimeType: 'image/gif', width: 20, height: 20 });
      expect((await sharp(await download(app, ann, media.url)).metadata()).pages).toBe(3);
    });

    it('should refuse one that is cut off', async () => {
      const whole = await imageOf({ width: 800, height: 600 });
      const before = await kept();

      const { body } = await post(whole.subarray(0, whole.length / 2)).expect(400);

      expect(body.error).toMatchObject({
        code: 'VALIDATION',
        details: [{ field: 'file', rule: 'readableImage' }],
      });
      expect(await kept()).toEqual(before);
    });

    it('should refuse one that would fill the memory, before it is decoded', async () => {
      const bomb = pngBomb(20_000, 20_000);
      expect(bomb.length).toBeLessThan(1_000_000);

      const { body } = await post(bomb).expect(400);

      expect(body.error).toMatchObject({
        code: 'VALIDATION',
        details: [{ field: 'file', rule: 'maxPixels' }],
      });
    });

    it('should refuse an animation of very many pixels', async () => {
      const { body } = await post(gifBomb(3000, 50)).expect(400);

      expect(body.error.details).toEqual([expect.objectContaining({ rule: 'maxPixels' })]);
    });
  });

  describe('what a file is', () => {
    it('should follow from its content, not from its name', async () => {
      const png = await imageOf({ format: 'png' });

      expect(await upload(app, ann, png, { name: 'notes.html' })).toMatchObject({
        kind: 'image',
        mimeType: 'image/png',
      });
      const page = await upload(app, ann, Buffer.from('<html><script>alert(1)</script>'), {
        name: 'cat.png',
      });
      expect(page).toMatchObject({ kind: 'file', mimeType: 'text/plain', name: 'cat.png' });
      expect(page).not.toHaveProperty('thumbnailUrl');
    });

    it.each([
      [
        'a drawing that can have scripts',
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      ],
      ['the same with a prologue', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['a page', '<!doctype html><script>alert(1)</script>'],
      ['bytes that are nothing', '\0\u0001\u0002rubbish'],
    ])('should hand out %s to be saved, and for no browser to run', async (_, content) => {
      const media = await upload(app, ann, Buffer.from(content), { name: "d'été.svg" });

      const { headers, text, body } = await app.http.get(media.url).set(ann.auth).expect(200);
      expect(media.kind).toBe('file');
      expect(headers['content-type']).toMatch(/^(text\/plain; charset=utf-8|application\/octet-stream)$/);
      expect(headers['content-disposition']).toBe(
        `attachment; filename="d__t_.svg"; filename*=UTF-8''d%27%C3%A9t%C3%A9.svg`,
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'");
      expect(text ?? String(body)).toBe(content);
    });

    it('should name documents that are known', async () => {
      const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF');

      const media = await upload(app, ann, pdf, { name: 'plan.pdf' });

      expect(media).toMatchObject({
        kind: 'file',
        mimeType: 'application/pdf',
        name: 'plan.pdf',
        size: pdf.length,
      });
      const { headers } = await app.http.get(media.url).set(ann.auth).expect(200);
      expect(headers['content-disposition']).toMatch(/^attachment/);
    });

    it('should take an image that is a script as well for its picture alone', async () => {
      const polyglot = Buffer.concat([
        await imageOf({ format: 'gif' }),
        Buffer.from('<script>alert(1)</script>'),
      ]);

      const media = await upload(app, ann, polyglot);

      expect((await download(app, ann, media.url)).includes('script')).toBe(false);
    });
  });

  describe.skipIf(!hasFfmpeg)('sound and videos', () => {
    it('should measure a voice note', async () => {
      const note = voiceNote(3);

      const media = await upload(app, ann, note, { name: 'voice.ogg', fields: { kind: 'voice' } });

      expect(media).toMatchObject({ kind: 'voice', mimeType: 'audio/ogg', size: note.length });
      expect(media.durationMs).toBeGreaterThan(2900);
      expect(media.durationMs).toBeLessThan(3100);
      expect(media.waveform).toHaveLength(64);
      expect(Math.max(...(media.waveform ?? []))).toBe(100);
    });

    it('should tell sound in a container for videos from videos', async () => {
      const media = await upload(app, ann, soundInWebm(), { name: 'voice.webm' });

      expect(media).toMatchObject({ kind: 'audio', mimeType: 'audio/webm' });
    });

    it('should look into a video, and remove where it was taken', async () => {
      const video = videoFile();
      expect(video.includes('SecretCam') && video.includes('+52.5200')).toBe(true);

      const media = await upload(app, ann, video, { name: 'video.mp4' });

      expect(media).toMatchObject({ kind: 'video', mimeType: 'video/mp4', width: 320, height: 180 });
      expect(media.durationMs).toBeGreaterThan(1900);
      const thumbnail = await sharp(await download(app, ann, media.thumbnailUrl ?? '')).metadata();
      expect(thumbnail).toMatchObject({ format: 'webp', width: 320, height: 180 });
      const served = await download(app, ann, media.url);
      expect(served.subarray(4, 8).toString()).toBe('ftyp');
      expect(served.includes('SecretCam') || served.includes('+52.5200')).toBe(false);
    });

    it('should never show what only looks like a video', async () => {
      const broken = Buffer.concat([videoFile().subarray(0, 64), Buffer.alloc(5000, 7)]);

      const media = await upload(app, ann, broken, { name: 'video.mp4' });

      expect(media).toMatchObject({ kind: 'file', mimeType: 'application/octet-stream' });
    });

    it('should open nothing that a playlist in disguise names', async () => {
      const playlist = Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n');

      const media = await upload(app, ann, playlist, { name: 'video.mp4' });

      expect(media).toMatchObject({ kind: 'file', size: playlist.length });
    });

    it('should refuse a voice note that is none', async () => {
      const { body } = await post(await imageOf())
        .field('kind', 'voice')
        .expect(400);

      expect(body.error.details).toEqual([expect.objectContaining({ field: 'kind', rule: 'isAudio' })]);
    });
  });

  it('should take a file of just the limit, and refuse one more byte, leaving nothing', async () => {
    const limit = 2 * 1024 * 1024;
    expect(await upload(app, ann, Buffer.alloc(limit, 1))).toMatchObject({ size: limit });
    const before = await kept();

    const { body } = await post(Buffer.alloc(limit + 1, 1)).expect(413);

    expect(body.error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { maxBytes: limit } });
    expect(await kept()).toEqual(before);
  });

  it('should count what a user has stored', async () => {
    const small = await createTestApp({ UPLOAD_QUOTA_MB: '1' });
    try {
      const [bob, cleo] = (await small.users(2)) as [TestUser, TestUser];
      const part = Buffer.alloc(600_000, 1);
      await upload(small, bob, part);

      const { body } = await small.http
        .post('/api/media')
        .set(bob.auth)
        .attach('file', part, 'x')
        .expect(413);

      expect(body.error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { quotaBytes: 1024 * 1024 } });
      expect(await small.connection.collection('media').countDocuments()).toBe(1);
      await upload(small, cleo, part);
      await upload(small, bob, Buffer.alloc(100_000, 1));
    } finally {
      await small.close();
    }
  });

  it('should not be passed by uploads side by side', async () => {
    const small = await createTestApp({ UPLOAD_QUOTA_MB: '1' });
    try {
      const bob = await small.registerAndLogin();
      const part = Buffer.alloc(300_000, 1);

      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          small.http.post('/api/media').set(bob.auth).attach('file', part, 'x'),
        ),
      );

      const stored = answers.filter(({ status }) => status === 201).length;
      expect(stored).toBeLessThanOrEqual(3);
      expect(answers.filter(({ status }) => status === 413)).toHaveLength(8 - stored);
      expect(await small.connection.collection('media').countDocuments()).toBe(stored);
    } finally {
      await small.close();
    }
  });

  it('should do without ffmpeg, and leave out what it would tell', async () => {
    const plain = await createTestApp({ FFMPEG_DIR: '/nonexistent' });
    try {
      const bob = await plain.registerAndLogin();
      const sound = waveFile(2);

      const note = await upload(plain, bob, sound, { fields: { kind: 'voice' } });

      expect(note).toEqual({
        id: note.id,
        kind: 'voice',
        mimeType: 'audio/wav',
        size: sound.length,
        durationMs: 2000,
        url: note.url,
      });
      if (!hasFfmpeg) return;
      const video = await upload(plain, bob, videoFile());
      expect(video).toMatchObject({ kind: 'video', mimeType: 'video/mp4' });
      expect(video).not.toHaveProperty('thumbnailUrl');
    } finally {
      await plain.close();
    }
  });
});
