import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload, type UploadedFile } from '../support/media-files.js';
import { RawHttp } from '../support/raw-http.js';

describe('GET /api/media/:id', () => {
  const bytes = Buffer.from('0123456789'.repeat(10));
  let app: TestApp;
  let ann: TestUser;
  let http: RawHttp;
  let file: UploadedFile;

  beforeAll(async () => {
    app = await createTestApp();
    ann = await app.registerAndLogin();
    http = new RawHttp(app.url, { authorization: ann.auth.Authorization });
    file = await upload(app, ann, bytes, { name: 'digits.txt' });
  });

  afterAll(async () => {
    http.close();
    await app.close();
  });

  const get = (headers: Record<string, string> = {}, path = file.url, method = 'GET') =>
    http.send({ method, path, headers });

  it('should serve all of it, for one reader alone to keep', async () => {
    const { status, headers, text } = await get();

    expect(status).toBe(200);
    expect(text).toBe(bytes.toString());
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '100',
      'content-disposition': `attachment; filename="digits.txt"; filename*=UTF-8''digits.txt`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      vary: expect.stringContaining('Authorization'),
      etag: `"${file.id}"`,
    });
  });

  it('should show images by their own type', async () => {
    const image = await upload(app, ann, await imageOf({ format: 'png' }));

    for (const path of [image.url, image.thumbnailUrl ?? '']) {
      const { headers } = await get({}, path);
      expect(headers).toMatchObject({
        'content-type': path === image.url ? 'image/png' : 'image/webp',
        'content-disposition': 'inline',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it.each([
    ['bytes=0-9', '0123456789', 'bytes 0-9/100'],
    ['bytes=95-', '56789', 'bytes 95-99/100'],
    ['bytes=-3', '789', 'bytes 97-99/100'],
    ['bytes=98-1000', '89', 'bytes 98-99/100'],
    ['bytes=0-0', '0', 'bytes 0-0/100'],
    ['bytes=0-4,5-9', '0123456789', 'bytes 0-9/100'],
  ])('should serve the range %s', async (range, text, contentRange) => {
    const answer = await get({ range });

    expect(answer).toMatchObject({ status: 206, text });
    expect(answer.headers).toMatchObject({
      'content-range': contentRange,
      'content-length': String(text.length),
    });
  });

  it.each(['bytes=100-', 'bytes=200-300', 'bytes=-0'])('should refuse the range %s', async (range) => {
    const { status, headers, body } = await get({ range });

    expect({ status, code: body.error.code, range: headers['content-range'] }).toEqual({
      status: 416,
      code: 'VALIDATION',
      range: 'bytes */100',
    });
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  it.each(['lines=1-2', 'bytes=a-b', 'bytes', '', 'bytes=0-1,50-51'])(
    'should serve all where it does not understand the range "%s"',
    async (range) => {
      expect(await get({ range })).toMatchObject({ status: 200, text: bytes.toString() });
    },
  );

  it('should not serve again what is known', async () => {
    const etag = `"${file.id}"`;

    expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect(await get({ 'if-none-match': `W/${etag}, "other"` })).toMatchObject({ status: 304 });
    expect(await get({ 'if-none-match': '"other"' })).toMatchObject({ status: 200 });
    expect(await get({ range: 'bytes=0-1', 'if-range': etag })).toMatchObject({ status: 206, text: '01' });
    expect(await get({ range: 'bytes=0-1', 'if-range': '"other"' })).toMatchObject({ status: 200 });
  });

  it('should ask who it is before it says that nothing has changed', async () => {
    const eve = await app.registerAndLogin();
    const headers = { 'if-none-match': `"${file.id}"`, authorization: eve.auth.Authorization };

    expect((await get(headers)).status).toBe(404);
  });

  it('should answer HEAD without a body', async () => {
    const { status, headers, text } = await get({}, file.url, 'HEAD');

    expect({ status, text, length: headers['content-length'] }).toEqual({
      status: 200,
      text: '',
      length: '100',
    });
  });

  it('should have no thumbnail of what has no picture', async () => {
    expect((await get({}, `${file.url}/thumbnail`)).body.error).toEqual({
      code: 'NOT_FOUND',
      message: 'Media not found',
    });
  });

  it('should serve on when somebody hangs up half way', async () => {
    const large = await upload(app, ann, Buffer.alloc(8_000_000, 1));
    for (let i = 0; i < 5; i += 1) {
      const stop = new AbortController();
      const response = await fetch(`${app.url}${large.url}`, { headers: ann.auth, signal: stop.signal });
      expect(response.status).toBe(200);
      stop.abort();
    }

    expect((await get()).status).toBe(200);
  });
});
