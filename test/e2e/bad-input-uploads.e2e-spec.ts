import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { CANARY } from '../support/hostile-values.js';
import type { RawResponse } from '../support/raw-http.js';
import { filePart, FORM_TYPE, formOf, RawUpload } from '../support/raw-upload.js';
import { Stage } from '../support/stage.js';

const PART = `--xx-boundary-xx\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n`;

describe('bad uploads are refused by field and rule, and leave nothing', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open({ MAX_UPLOAD_MB: '1' });
  });
  afterAll(() => stage.close());
  beforeEach(() => stage.freeze());
  afterEach(async () => {
    await stage.expectUntouched();
    await expect.poll(filesLeft).toEqual([]);
  });

  function filesLeft(): string[] {
    const folder = join(stage.app.dataDir, 'media');
    const all = readdirSync(folder, { recursive: true, withFileTypes: true });
    return all.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  const send = (body: Buffer, headers: Record<string, string> = {}, path = '/api/media') =>
    stage.http.send({
      method: path === '/api/media' ? 'POST' : 'PUT',
      path,
      body,
      headers: { 'content-type': FORM_TYPE, ...headers },
    });

  function expectRefusal({ status, body, text }: RawResponse, field: string, rule?: string): void {
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { statusCode: 400, error: { code: 'VALIDATION', details: [{ field, ...(rule && { rule }) }] } },
    });
    expect(text).not.toContain(CANARY);
  }

  const good = filePart(CANARY);
  const field = (name: string, value: string) => ({
    headers: `Content-Disposition: form-data; name="${name}"`,
    body: value,
  });

  describe.each(['/api/media', '/api/users/me/avatar'])('%s', (path) => {
    it.each([
      ['no part', [], 'file', 'required'],
      ['a field where the file should be', [field('file', CANARY)], 'file', 'required'],
      ['a file in another field', [filePart(CANARY, 'upload')], 'upload', 'whitelistValidation'],
      ['a file in a dangerous field', [filePart(CANARY, '__proto__')], '__proto__', 'whitelistValidation'],
      ['two files', [good, good], 'file', 'single'],
      ['an empty file', [filePart('')], 'file', 'notEmpty'],
      ['an unknown field', [good, field('zzExtra', '1')], 'zzExtra', 'whitelistValidation'],
      ['a dangerous field', [good, field('constructor', '1')], 'constructor', 'whitelistValidation'],
      ['a kind that is none', [field('kind', CANARY), good], 'kind', 'isIn'],
      [
        'many fields',
        [...Array.from({ length: 20 }, () => field('kind', 'voice')), good],
        'body',
        'multipart',
      ],
    ])('should refuse %s', async (_, parts, name, rule) => {
      expectRefusal(await send(formOf(...parts), {}, path), name, rule);
    });

    it.each([
      ['no boundary', 'multipart/form-data'],
      ['an empty boundary', 'multipart/form-data; boundary='],
      ['another boundary', 'multipart/form-data; boundary=other'],
    ])('should refuse %s', async (_, type) => {
      const answer = await send(formOf(good), { 'content-type': type }, path);

      expect(answer.status).toBe(400);
      expect(answer.body.error.code).toBe('VALIDATION');
    });

    it.each([
      ['nothing', ''],
      ['rubbish', CANARY],
      ['a part without an end', `${PART}${CANARY}`],
      ['headers without an end', `--xx-boundary-xx\r\nContent-Disposition: form-data; name="file"`],
      ['headers of no end', `--xx-boundary-xx\r\nX: ${'x'.repeat(100_000)}\r\n\r\n${CANARY}`],
      ['NULs', '\0'.repeat(1000)],
    ])('should refuse a body of %s', async (_, body) => {
      const answer = await send(Buffer.from(body), {}, path);

      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION' } } });
      expect(answer.text).not.toContain(CANARY);
    });

    it('should refuse what is too large, told by its length or not', async () => {
      const large = formOf(filePart(Buffer.alloc(1_100_000, 1)));

      const told = await send(large, {}, path);
      const untold = await send(large, { 'transfer-encoding': 'chunked' }, path);

      for (const { status, body } of [told, untold]) {
        expect({ status, code: body.error.code }).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
      }
    });
  });

  it('should refuse other types of body', async () => {
    const json = await stage.http.json('POST', '/api/media', {});
    const text = await send(Buffer.from('x'), { 'content-type': 'text/plain' });

    for (const { status, body } of [json, text]) {
      expect({ status, code: body.error.code }).toEqual({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    }
  });

  it('should not take a form where no file is taken', async () => {
    const answer = await stage.http.send({
      method: 'POST',
      path: `/api/chats/${stage.groupId}/messages`,
      body: formOf(good),
      headers: { 'content-type': FORM_TYPE },
    });

    expect(answer).toMatchObject({ status: 415, body: { error: { code: 'UNSUPPORTED_MEDIA_TYPE' } } });
  });

  it('should leave nothing of one that breaks off', async () => {
    const upload = new RawUpload(stage.app.url, { authorization: stage.ann.auth.Authorization });
    await upload.write(Buffer.from(PART));
    await upload.write(Buffer.alloc(200_000, 1));
    await expect.poll(() => filesLeft().length).toBe(1);

    upload.cut();

    await expect.poll(filesLeft).toEqual([]);
  });

  it('should refuse a stranger before anything is read', async () => {
    const upload = new RawUpload(stage.app.url, { authorization: 'Bearer rubbish' });
    await upload.write(Buffer.from(PART));

    expect((await upload.answered).status).toBe(401);
    upload.cut();
  });

  it('should bound the uploads of one user at the same time', async () => {
    const headers = { authorization: stage.ann.auth.Authorization };
    const uploads = Array.from({ length: 12 }, () => new RawUpload(stage.app.url, headers));
    await Promise.all(uploads.map((upload) => upload.write(Buffer.from(`${PART}x`))));
    await expect.poll(() => filesLeft().length).toBe(12);

    const more = await send(formOf(good));

    expect(more).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } });
    expect(more.headers['retry-after']).toBe('1');
    for (const upload of uploads) upload.cut();
  });
});
