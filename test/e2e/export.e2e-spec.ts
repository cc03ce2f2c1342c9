import { randomBytes } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import { get as request, type IncomingMessage } from 'node:http';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { newObjectId, toObjectId } from '../../src/database/object-id.js';
import { fileKey } from '../../src/media/storage/keys.js';
import { MediaStorage } from '../../src/media/storage/media-storage.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { upload } from '../support/media-files.js';
import { readZip, rowsOf } from '../support/read-zip.js';

const MANY = 15_000;

describe('GET /api/users/me/export', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let sent = 0;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
  });
  afterAll(() => app.close());

  const send = (user: TestUser, chatId: string, text: string) =>
    app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId: `m${(sent += 1)}`, text })
      .expect(201);
  const download = (user: TestUser) =>
    app.http
      .get('/api/users/me/export')
      .set(user.auth)
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => done(null, Buffer.concat(chunks)));
      });
  const copyOf = async (user: TestUser) => readZip((await download(user).expect(200)).body as Buffer);

  /** What people have written, without what groups tell of themselves. */
  const said = (files: Map<string, string>) =>
    rowsOf(files, 'messages.ndjson').filter(({ type }) => type !== 'system');

  /** A download that is not read on, until it is. */
  const slowly = ({ auth }: TestUser): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request(`${app.url}/api/users/me/export`, { headers: auth }, resolve).once('error', reject);
    });
  const ended = (response: IncomingMessage) =>
    new Promise<'whole' | 'cut'>((resolve) => {
      response.once('end', () => resolve('whole'));
      response.once('error', () => resolve('cut'));
      response.resume();
    });

  it('should hold all that is kept of somebody, and be a file to keep', async () => {
    const direct = await app.directChat(ann, bob);
    const group = await app.group(ann, [bob, eve], 'friends');
    await send(ann, direct, 'hello "Bob",\nhow are you?');
    await send(bob, direct, 'fine');
    await send(eve, group, 'all of you');
    await app.http.put(`/api/contacts/${bob.id}`).set(ann.auth).expect(204);
    await app.http.put(`/api/blocks/${eve.id}`).set(ann.auth).expect(204);
    await app.http
      .patch('/api/users/me/privacy')
      .set(ann.auth)
      .send({ about: { level: 'nobody' } });
    await app.http.post('/api/status').set(ann.auth).send({ type: 'text', text: 'at the sea' }).expect(201);

    const response = await download(ann).expect(200);
    const files = await readZip(response.body as Buffer);

    expect(response.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="parley-export.zip"',
      'cache-control': 'no-store',
    });
    expect(rowsOf(files, 'profile.ndjson')).toEqual([Object.assign({ lastSeenAt: null }, ann.user)]);
    expect(rowsOf(files, 'sessions.ndjson')).toEqual([
      {
        id: expect.any(String),
        deviceName: null,
        createdAt: expect.any(String),
        lastUsedAt: expect.any(String),
      },
    ]);
    expect(rowsOf(files, 'contacts.ndjson')).toMatchObject([{ id: bob.id, name: bob.user.name }]);
    expect(rowsOf(files, 'blocks.ndjson')).toMatchObject([{ id: eve.id }]);
    expect(rowsOf(files, 'privacy.ndjson')).toMatchObject([{ about: { level: 'nobody' } }]);
    expect(rowsOf(files, 'chats.ndjson').map(({ id }) => id as string)).toEqual(
      expect.arrayContaining([direct, group]),
    );
    expect(
      said(files)
        .map(({ text }) => text as string)
        .toSorted(),
    ).toEqual(['hello "Bob",\nhow are you?', 'fine', 'all of you'].toSorted());
    expect(rowsOf(files, 'statuses.ndjson')).toMatchObject([{ text: 'at the sea' }]);
    expect(rowsOf(files, 'status-mutes.ndjson')).toEqual([]);
    expect(rowsOf(files, 'calls.ndjson')).toEqual([]);
    const all = [...files.values()].join('');
    for (const secret of [ann.token, ann.refreshToken, bob.email, 'Hash', '$2b$']) {
      expect(all).not.toContain(secret);
    }
  });

  it('should hold of a group what one was there for, and nothing of chats that one is no part of', async () => {
    const [cem, dia] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.group(cem, [dia], 'left');
    await send(cem, chatId, 'before');
    await app.http.delete(`/api/chats/${chatId}/me`).set(dia.auth).expect(204);
    await send(cem, chatId, 'after');

    expect(said(await copyOf(dia))).toMatchObject([{ text: 'before' }]);
    expect(said(await copyOf(cem))).toHaveLength(2);
    const stranger = await copyOf(await app.registerAndLogin());
    expect(rowsOf(stranger, 'messages.ndjson')).toEqual([]);
    expect(rowsOf(stranger, 'chats.ndjson')).toEqual([]);
  });

  it('should read one file at a time, as it is fetched, and let go of it when the reader goes', async () => {
    const eva = await app.registerAndLogin();
    for (let n = 0; n < 2; n += 1) await upload(app, eva, randomBytes(12_000_000));
    const open = vi.spyOn(app.app.get(MediaStorage), 'open');
    const response = await slowly(eva);
    await new Promise((resolve) => response.once('readable', resolve));
    await vi.waitFor(() => expect(open).toHaveBeenCalled(), { timeout: 10_000 });

    response.destroy();

    const streams = await Promise.all(open.mock.results.map(({ value }) => value as Promise<ReadStream>));
    expect(streams).toHaveLength(1);
    const [stream] = streams as [ReadStream];
    await vi.waitFor(() => expect(stream.destroyed).toBe(true), { timeout: 10_000 });
    expect(stream.bytesRead).toBeLessThan(12_000_000);
    open.mockRestore();
  });

  it('should go on without a file that has gone missing', async () => {
    const fay = await app.registerAndLogin();
    const [lost, kept] = [await upload(app, fay, randomBytes(9)), await upload(app, fay, randomBytes(9))];
    await app.app.get<MediaStorage>(MediaStorage).remove(fileKey(lost.id));

    const files = await copyOf(fay);

    expect(rowsOf(files, 'media.ndjson').map(({ id }) => id as string)).toEqual([lost.id, kept.id]);
    expect([...files.keys()].filter((path) => path.startsWith('media/'))).toEqual([`media/${kept.id}.bin`]);
  });

  describe('of somebody with many messages', () => {
    let max: TestUser;
    let queries = 0;

    beforeAll(async () => {
      max = await app.registerAndLogin();
      const chatId = await app.group(max, [], 'long');
      // Text that no compression makes small, so that the copy is larger than what sockets hold.
      const rows = Array.from({ length: MANY }, (_, n) => ({
        _id: newObjectId(),
        chatId: toObjectId(chatId),
        senderId: toObjectId(max.id),
        kind: 'message',
        type: 'text',
        rev: n + 2,
        // Behind what the group says of its creation.
        seq: n + 2,
        clientMessageId: `n${n}`,
        text: randomBytes(1500).toString('base64'),
        createdAt: app.clock.now(),
      }));
      await app.connection.collection('messages').insertMany(rows, { writeConcern: { w: 1, j: false } });
      app.connection.on('operation-start', ({ collectionName }: { collectionName: string }) => {
        if (collectionName === 'messages') queries += 1;
      });
    });

    const free = (user: TestUser) =>
      vi.waitFor(
        async () => {
          const response = await slowly(user);
          response.destroy();
          expect(response.statusCode).toBe(200);
        },
        { timeout: 20_000, interval: 100 },
      );

    it('should come whole, one at a time', async () => {
      const first = await slowly(max);

      const { body } = await app.http.get('/api/users/me/export').set(max.auth).expect(409);
      expect(body).toMatchObject({ error: { code: 'CONFLICT' } });
      expect(await ended(first)).toBe('whole');
      const files = await copyOf(max);
      expect(rowsOf(files, 'messages.ndjson').map(({ seq }) => seq as number)).toEqual(
        Array.from({ length: MANY + 1 }, (_, n) => n + 1),
      );
    }, 60_000);

    it('should be read no faster than it is fetched, and no further once the reader has gone', async () => {
      await free(max);
      queries = 0;
      const response = await slowly(max);
      await new Promise((resolve) => response.once('readable', resolve));
      response.destroy();
      await free(max);

      // The whole of it takes a query for each 500.
      expect(queries).toBeLessThan(MANY / 500 / 2);
    }, 60_000);

    it('should be cut off when its login ends', async () => {
      const phone = await app.login(max.email);
      await free(max);
      const response = await slowly(phone);

      await app.http.post('/api/auth/logout').set(phone.auth).expect(204);

      expect(await ended(response)).toBe('cut');
      await free(max);
    }, 60_000);
  });
});
