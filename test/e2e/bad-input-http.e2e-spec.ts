import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { CANARY } from '../support/hostile-values.js';
import type { RawResponse } from '../support/raw-http.js';
import { Stage } from '../support/stage.js';

const MIB = 1024 * 1024;

describe('bad requests', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  beforeEach(() => stage.freeze());
  afterEach(() => stage.expectUntouched());

  const messages = () => `/api/chats/${stage.groupId}/messages`;
  const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<RawResponse> =>
    stage.http.send({ method: 'POST', path: messages(), body, headers });
  const message = (text = CANARY) => JSON.stringify({ clientMessageId: 'x', text });

  async function expectRefusal(
    answer: RawResponse | Promise<RawResponse>,
    status: number,
    code: string,
  ): Promise<RawResponse> {
    const response = await answer;
    expect(response).toMatchObject({
      status,
      body: { statusCode: status, error: { code, message: expect.any(String) } },
    });
    expect(Object.keys(response.body)).toEqual(['statusCode', 'error']);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.text).not.toContain(CANARY);
    expect(response.text).not.toMatch(/\bat .*\.[jt]s:\d+/);
    return response;
  }

  describe('a body that is no JSON', () => {
    it.each([
      ['text', CANARY],
      ['half an object', `{"text":"${CANARY}"`],
      ['two objects', `{}${message()}`],
      ['a byte order mark and rubbish', `\ufeff{${CANARY}`],
      ['NUL', '\0'],
      ['bare brackets, 20,000 deep', '['.repeat(20_000)],
      ['a form', `text=${CANARY}`],
      ['a script', `<script>${CANARY}</script>`],
    ])('should refuse %s', async (_, body) => {
      const { body: answer } = await expectRefusal(post(body), 400, 'VALIDATION');

      expect(answer.error.details).toEqual([{ field: 'body', rule: 'json', message: answer.error.message }]);
    });

    it('should refuse 20,000 nested lists', async () => {
      const deep = `{"clientMessageId":"x","text":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

      const { body } = await expectRefusal(post(deep), 400, 'VALIDATION');

      expect(body.error.details).toEqual([expect.objectContaining({ rule: 'maxDepth' })]);
    });
  });

  describe('a body of another type', () => {
    it.each([
      ['text/plain'],
      ['application/x-www-form-urlencoded'],
      ['application/xml'],
      ['application/octet-stream'],
      ['application/jsonp'],
      ['application/json-patch'],
      ['json'],
      ['/'],
      ['multipart/form-data; boundary=x'],
    ])('should refuse %s', async (type) => {
      await expectRefusal(post(message(), { 'content-type': type }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it.each([['iso-8859-1'], ['utf-999'], ['x']])('should refuse the charset "%s"', async (charset) => {
      const type = `application/json; charset=${charset}`;

      await expectRefusal(post(message(), { 'content-type': type }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it.each([['br'], ['zstd'], ['x']])('should refuse the encoding %s where it is none', async (encoding) => {
      const answer = await post(message(), { 'content-encoding': encoding });

      expect([400, 415]).toContain(answer.status);
      expect(['VALIDATION', 'UNSUPPORTED_MEDIA_TYPE']).toContain(answer.body.error.code);
    });

    it('should refuse gzip that breaks off', async () => {
      const half = gzipSync(message('x'.repeat(2000))).subarray(0, 30);

      await expectRefusal(post(half, { 'content-encoding': 'gzip' }), 400, 'VALIDATION');
    });
  });

  describe('a body where none is taken', () => {
    it.each([
      ['PUT', () => `/api/contacts/${stage.bob.id}`],
      ['PUT', () => `/api/blocks/${stage.bob.id}`],
      ['DELETE', () => `/api/chats/${stage.groupId}/me`],
      ['POST', () => '/api/auth/logout'],
    ])('should be refused by field: %s', async (method, path) => {
      const { body } = await expectRefusal(stage.http.json(method, path(), { name: 'x' }), 400, 'VALIDATION');

      expect(body.error.details).toEqual([
        expect.objectContaining({ field: 'name', rule: 'whitelistValidation' }),
      ]);
    });
  });

  describe('a body too large', () => {
    const large = (bytes: number) => JSON.stringify({ clientMessageId: 'x', text: 'x'.repeat(bytes) });

    it('should refuse 1 MiB', async () => {
      await expectRefusal(post(large(MIB)), 413, 'PAYLOAD_TOO_LARGE');
    });

    it('should refuse it where its length was not told', async () => {
      const headers = { 'transfer-encoding': 'chunked' };

      await expectRefusal(post(large(MIB), headers), 413, 'PAYLOAD_TOO_LARGE');
    });

    it.each([
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ])('should refuse 20 MiB packed by %s into little', async (encoding, pack) => {
      const packed = pack(Buffer.from(large(20 * MIB)));

      await expectRefusal(post(packed, { 'content-encoding': encoding }), 413, 'PAYLOAD_TOO_LARGE');
    });

    it('should refuse by field what is large and below the limit', async () => {
      const { body } = await expectRefusal(post(large(200_000)), 400, 'VALIDATION');

      expect(body.error.details).toEqual([expect.objectContaining({ field: 'text', rule: 'maxLength' })]);
    });

    it('should answer thousands of unknown fields without thousands of lines', async () => {
      const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 0]));

      const { text } = await expectRefusal(post(JSON.stringify(fields)), 400, 'VALIDATION');

      expect(text.length).toBeLessThan(50_000);
    });
  });

  describe('a bad address', () => {
    const get = (path: string) => stage.http.send({ method: 'GET', path });

    it.each([
      '/api/users/%',
      '/api/users/%zz',
      '/api/users/%E0%A4%A',
      '/api/users/%C0%AE',
      '/api/users/%ED%A0%80',
      '/api/users/%FF%FE',
    ])('should refuse %s', async (path) => {
      const { body } = await expectRefusal(get(path), 400, 'VALIDATION');

      expect(body.error.details).not.toEqual([]);
    });

    it.each([
      '/api/users?search=%',
      '/api/users?search=%zz%00',
      '/api/users?search=ab&cursor=%ff',
      '/api/chats?limit=%',
    ])('should not fail inside at %s', async (path) => {
      expect((await get(path)).status).toBeLessThan(500);
    });

    it.each([
      '/',
      '/api',
      '/api/',
      '/api/nothing',
      '/api/__proto__',
      '/api/constructor',
      '/api/auth/../../etc/passwd',
      '/api/auth/%2e%2e/users',
      '/api//users/me',
      '/%61pi/nothing',
      '//evil.example/api/users/me',
      '/socket.io',
      '/API/nothing',
    ])('should answer NOT_FOUND at %s', async (path) => {
      await expectRefusal(get(path), 404, 'NOT_FOUND');
    });

    it.each(['/api/users/me%2f..', '/api/users/me%00'])('should not take %s for another', async (path) => {
      await expectRefusal(get(path), 400, 'VALIDATION');
    });

    it.each([
      'GET /api/nothing',
      'DELETE /api/chats',
      'PUT /api/chats',
      'POST /api/users/me',
      'PROPFIND /api/users/me',
      'TRACE /api/users/me',
      'PURGE /',
    ])('should answer NOT_FOUND to %s', async (line) => {
      const [method = '', path = ''] = line.split(' ');

      await expectRefusal(stage.http.send({ method, path }), 404, 'NOT_FOUND');
    });

    it('should answer an unknown route the same with and without a token', async () => {
      const path = '/api/nothing';
      const [known, stranger] = await Promise.all([get(path), stage.anonymous.send({ method: 'GET', path })]);

      expect(stranger.body).toEqual(known.body);
    });
  });

  describe('bad headers', () => {
    const me = (headers: Record<string, string>) =>
      stage.anonymous.send({ method: 'GET', path: '/api/users/me', headers });

    it.each([
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      'Bearer a.b.c',
      'Bearer null',
      `Bearer ${'x'.repeat(8000)}`,
      'Basic dXNlcjpwYXNz',
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      'Bearer é',
    ])('should refuse the authorization "%s"', async (authorization) => {
      const { headers } = await expectRefusal(
        me({ authorization: Buffer.from(authorization).toString('latin1') }),
        401,
        'UNAUTHENTICATED',
      );

      expect(headers['www-authenticate']).toBe('Bearer');
    });

    it('should not take a token from the address or a cookie', async () => {
      const { token } = stage.ann;
      const path = `/api/users/me?token=${token}&access_token=${token}&auth_token=${token}`;

      await expectRefusal(stage.anonymous.send({ method: 'GET', path }), 401, 'UNAUTHENTICATED');
      await expectRefusal(me({ cookie: `token=${token}; jwt=${token}` }), 401, 'UNAUTHENTICATED');
    });

    it.each(['', ' ', 'x'.repeat(65), 'a b', 'é', '\t'])(
      'should refuse the idempotency key "%s"',
      async (key) => {
        const answer = await stage.http.json(
          'POST',
          '/api/chats',
          { type: 'group', title: 'x', memberIds: [] },
          { 'idempotency-key': Buffer.from(key).toString('latin1') },
        );

        const { body } = await expectRefusal(answer, 400, 'VALIDATION');
        expect(body.error.details).toEqual([expect.objectContaining({ field: 'Idempotency-Key' })]);
      },
    );

    it.each([
      ['x-http-method-override', 'DELETE'],
      ['x-forwarded-for', "'; drop table users; --"],
      ['x-forwarded-proto', '__proto__'],
      ['origin', 'null'],
      ['if-none-match', '*'],
      ['range', 'bytes=9-1'],
      ['accept', 'text/html;q=x'],
      ['accept-encoding', 'x;q=9e9'],
      ['expect', 'nonsense'],
    ])('should not mind the header %s: %s', async (name, value) => {
      expect(
        (await stage.http.send({ method: 'GET', path: '/api/users/me', headers: { [name]: value } })).status,
      ).toBeLessThan(500);
    });
  });

  describe('broken HTTP', () => {
    it.each([
      ['no HTTP at all', `${CANARY}\r\n\r\n`],
      [
        'both lengths',
        'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      [
        'two lengths',
        'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd',
      ],
      ['a negative length', 'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
      ['NUL in a header', 'GET /api/users/me HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n'],
      ['no host', 'GET /api/users/me HTTP/1.1\r\n\r\n'],
      ['a header of 100 kB', `GET /health/live HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
      [
        'a chunk without a size',
        'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      ],
    ])('should refuse %s and serve on', async (_, text) => {
      const answer = await sendBytes(stage.app.url, text);

      expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
      expect(answer).not.toContain(CANARY);
    });

    it('should survive a caller who leaves in the middle of a body', async () => {
      const head = `POST ${messages()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${stage.ann.auth.Authorization}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"text":`;

      await leaveAfter(stage.app.url, head);

      await stage.expectHealthy();
    });
  });
});

/** Sends bytes and answers all that comes back until the server closes. */
function sendBytes(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

function leaveAfter(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, () => socket.destroy()));
    socket.on('close', () => resolve());
  });
}
