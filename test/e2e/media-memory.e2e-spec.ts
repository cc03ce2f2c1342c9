import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PASSWORD } from '../support/create-test-app.js';
import { FORM_TYPE, RawUpload } from '../support/raw-upload.js';
import { ServerProcess } from '../support/server-process.js';

const MIB = 1024 * 1024;
const START = Buffer.from(
  '--xx-boundary-xx\r\nContent-Disposition: form-data; name="file"; filename="large"\r\n\r\n',
);
const END = Buffer.from('\r\n--xx-boundary-xx--\r\n');

/** The real process: what it takes, and what it leaves when it is killed. */
describe('large uploads', () => {
  let dataDir: string;
  let server: ServerProcess;
  let authorization: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-large-'));
    server = await ServerProcess.start(dataDir, { MAX_UPLOAD_MB: '200' });
    const account = { email: 'ann@example.com', password: PASSWORD };
    await post('/auth/register', { ...account, name: 'Ann' });
    const { accessToken } = (await post('/auth/login', account)) as { accessToken: string };
    authorization = `Bearer ${accessToken}`;
  }, 60_000);

  afterAll(async () => {
    await server.terminate();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/api${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  const memory = () => {
    const [, pages] = readFileSync(`/proc/${server.pid}/statm`, 'utf8').split(' ');
    return Number(pages) * 4096;
  };

  const workspaces = () =>
    readdirSync(join(dataDir, 'media', 'uploads'), { recursive: true, withFileTypes: true });
  const filesUnderWay = () => workspaces().filter((entry) => entry.isFile()).length;

  it.skipIf(process.platform !== 'linux')(
    'should never be in memory as a whole, neither in nor out',
    async () => {
      const before = memory();
      let peak = before;
      const { hostname, port } = new URL(server.url);
      const headers = { 'content-type': FORM_TYPE, authorization };
      const upload = request({ hostname, port, method: 'POST', path: '/api/media', headers });
      const response = once(upload, 'response');
      const piece = Buffer.alloc(MIB, 7);
      upload.write(START);
      for (let sent = 0; sent < 150; sent += 1) {
        if (!upload.write(piece)) await once(upload, 'drain');
        peak = Math.max(peak, memory());
      }
      upload.end(END);
      const [answer] = await response;
      let text = '';
      for await (const chunk of answer) text += String(chunk);
      const media = JSON.parse(text) as { size: number; url: string };
      expect(media.size).toBe(150 * MIB);

      const { body } = await fetch(`${server.url}${media.url}`, { headers: { authorization } });
      let received = 0;
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
        received += chunk.length;
        peak = Math.max(peak, memory());
      }

      expect(received).toBe(150 * MIB);
      expect((peak - before) / MIB).toBeLessThan(100);
    },
    60_000,
  );

  it('should leave nothing behind when the server is killed meanwhile and starts again', async () => {
    const upload = new RawUpload(server.url, { authorization });
    await upload.write(START);
    await upload.write(Buffer.alloc(MIB));
    await expect.poll(filesUnderWay).toBe(1);

    await server.kill();
    expect(filesUnderWay()).toBe(1);
    server = await ServerProcess.start(dataDir);

    expect(workspaces()).toEqual([]);
  }, 60_000);
});
