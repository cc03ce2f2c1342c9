import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import {
  download,
  hasFfmpeg,
  imageOf,
  upload,
  type UploadedFile,
  voiceNote,
} from '../support/media-files.js';
import { queriedCollections } from '../support/query-plans.js';
import type { TestSocket } from '../support/test-socket.js';

const UNKNOWN = 'f'.repeat(24);

describe('files in messages', () => {
  let app: TestApp;
  let ann: TestUser;
  let bob: TestUser;
  let eve: TestUser;
  let chatId: string;
  let annPhone: TestSocket;
  let bobPhone: TestSocket;
  let evePhone: TestSocket;
  let photo: Buffer;
  let count = 0;

  beforeAll(async () => {
    app = await createTestApp();
    [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    chatId = await app.directChat(ann, bob);
    [annPhone, bobPhone, evePhone] = (await Promise.all(
      [ann, bob, eve].map((user) => app.connectAs(user)),
    )) as [TestSocket, TestSocket, TestSocket];
    photo = await imageOf();
  });

  afterAll(() => app.close());

  const post = (user: TestUser, chat: string, content: object) =>
    app.http
      .post(`/api/chats/${chat}/messages`)
      .set(user.auth)
      .send({ clientMessageId: `m${(count += 1)}`, ...content });
  const send = async (user: TestUser, chat: string, media: UploadedFile): Promise<any> =>
    (await post(user, chat, { attachmentIds: [media.id] }).expect(201)).body;
  const get = (user: TestUser, url: string) => app.http.get(url).set(user.auth);
  const refusal = { statusCode: 404, error: { code: 'NOT_FOUND', message: 'Media not found' } };

  /** The same as a file that does not exist. */
  async function expectHidden(user: TestUser, { url, thumbnailUrl = `${url}/thumbnail` }: UploadedFile) {
    for (const path of [url, thumbnailUrl, `/api/media/${UNKNOWN}`]) {
      const { body, headers } = await get(user, path).expect(404);
      expect(body).toEqual(refusal);
      expect(headers).not.toHaveProperty('etag', expect.stringContaining(url.slice(-24)));
    }
  }

  it('should be told with the message, and be there for who may read it alone', async () => {
    const media = await upload(app, ann, photo);
    await expectHidden(bob, media);

    const ack = await annPhone.ok('new_message', {
      chatId,
      clientMessageId: 'photo',
      type: 'image',
      text: 'at the sea',
      attachmentIds: [media.id],
    });

    expect(ack.message).toMatchObject({ type: 'image', text: 'at the sea', attachments: [media] });
    expect(await bobPhone.next('receive_message')).toEqual(ack.message);
    const page = await get(bob, `/api/chats/${chatId}/messages`).expect(200);
    expect(page.body.items.at(-1)).toEqual(ack.message);
    const sync = await app.http.post('/api/sync').set(bob.auth).send({ chats: {} }).expect(200);
    expect(sync.body.chats[0].messages.at(-1)).toEqual(ack.message);
    expect(sync.body.chats[0].chat.lastMessage.attachments).toEqual([media]);
    for (const user of [ann, bob]) {
      expect(await download(app, user, media.url)).toHaveLength(media.size);
      await get(user, media.thumbnailUrl ?? '').expect(200);
    }
    await expectHidden(eve, media);
    await evePhone.settle();
    expect(evePhone.heard).toEqual([]);
  });

  it('should go several at once, in the order given, the first of them naming the type', async () => {
    const [one, two, notes] = await Promise.all([
      upload(app, ann, photo),
      upload(app, ann, photo),
      upload(app, ann, Buffer.from('notes'), { name: 'notes.txt' }),
    ]);

    const album = await post(ann, chatId, { attachmentIds: [two.id, one.id] }).expect(201);
    const file = await post(ann, chatId, { attachmentIds: [notes.id] }).expect(201);
    const mixed = await post(ann, chatId, { type: 'file', attachmentIds: [one.id, notes.id] }).expect(201);

    expect(album.body).toMatchObject({ type: 'image', text: '', attachments: [two, one] });
    expect(file.body).toMatchObject({ type: 'file', attachments: [{ name: 'notes.txt', kind: 'file' }] });
    expect(mixed.body).toMatchObject({ type: 'file', attachments: [one, notes] });
  });

  it.skipIf(!hasFfmpeg)('should carry a voice note with its waveform', async () => {
    const note = await upload(app, ann, voiceNote(1), { fields: { kind: 'voice' } });

    const { body } = await post(ann, chatId, { type: 'voice', attachmentIds: [note.id] }).expect(201);

    expect(body.attachments).toEqual([note]);
    expect(body.attachments[0].waveform).toHaveLength(64);
    const { body: error } = await post(ann, chatId, { type: 'image', attachmentIds: [note.id] }).expect(400);
    expect(error.error.details).toEqual([expect.objectContaining({ field: 'attachmentIds', rule: 'kind' })]);
  });

  it('should be once, however often it is sent', async () => {
    const [media, other] = await Promise.all([upload(app, ann, photo), upload(app, ann, photo)]);
    const content = { clientMessageId: 'once', attachmentIds: [media.id] };

    const [first, second] = await Promise.all([post(ann, chatId, content), post(ann, chatId, content)]);
    const third = await post(ann, chatId, content).expect(200);

    expect([first.status, second.status].toSorted()).toEqual([200, 201]);
    expect(second.body).toEqual(first.body);
    expect(third.body).toEqual(first.body);
    const other1 = await post(ann, chatId, { ...content, attachmentIds: [other.id] }).expect(409);
    const other2 = await post(ann, chatId, { clientMessageId: 'once', text: 'x' }).expect(409);
    expect([other1.body.error.code, other2.body.error.code]).toEqual(['CONFLICT', 'CONFLICT']);
  });

  it('should keep the order of emits, though files are looked up and text is not', async () => {
    const media = await upload(app, ann, photo);
    const contents = [
      { text: 'one' },
      { attachmentIds: [media.id] },
      { text: 'two' },
      { attachmentIds: [media.id] },
      { text: 'three' },
    ];

    const acks = await Promise.all(
      contents.map((content, n) =>
        annPhone.ok('new_message', { chatId, clientMessageId: `order ${n}`, ...content }),
      ),
    );

    const seqs = acks.map(({ message }) => message.seq as number);
    expect(seqs).toEqual([0, 1, 2, 3, 4].map((n) => (seqs[0] ?? 0) + n));
  });

  it('should cost plain text no further query', async () => {
    const { body } = await post(ann, chatId, { text: 'warm' }).expect(201);
    expect(body.attachments).toEqual([]);

    const queried = await queriedCollections(app.connection, () =>
      annPhone.ok('new_message', { chatId, text: 'x' }),
    );

    expect(queried).not.toContain('media');
  });

  it.each([
    ['neither text nor files', {}, 'text'],
    ['a type of files without any', { type: 'image', text: 'x' }, 'attachmentIds'],
    ['files in a text', (id: string) => ({ type: 'text', text: 'x', attachmentIds: [id] }), 'attachmentIds'],
    ['files of another kind', (id: string) => ({ type: 'video', attachmentIds: [id] }), 'attachmentIds'],
    ['a file twice', (id: string) => ({ attachmentIds: [id, id] }), 'attachmentIds'],
    ['no files', { attachmentIds: [] }, 'attachmentIds'],
    [
      'too many',
      { attachmentIds: Array.from({ length: 11 }, (_, n) => n.toString().padStart(24, '0')) },
      'attachmentIds',
    ],
  ])('should refuse %s', async (_, content, field) => {
    const { id } = await upload(app, ann, photo);

    const { body } = await post(ann, chatId, typeof content === 'function' ? content(id) : content).expect(
      400,
    );

    expect(body.error).toMatchObject({ code: 'VALIDATION', details: [{ field }] });
    const error = await annPhone.refusal('VALIDATION', 'new_message', {
      chatId,
      ...(typeof content === 'function' ? content(id) : content),
    });
    expect(error.details).toMatchObject([{ field }]);
  });

  it('should be the own ones only', async () => {
    const media = await upload(app, ann, photo);
    await send(ann, chatId, media);

    // Bob can see it, and yet it is not his to send.
    const seen = await post(bob, chatId, { attachmentIds: [media.id] }).expect(404);
    const unknown = await post(bob, chatId, { attachmentIds: [UNKNOWN] }).expect(404);

    expect([seen.body, unknown.body]).toEqual([refusal, refusal]);
    await bobPhone.refusal('NOT_FOUND', 'new_message', { chatId, attachmentIds: [media.id] });
  });

  it('should not be sent into chats of others', async () => {
    const media = await upload(app, eve, photo);

    const { body } = await post(eve, chatId, { attachmentIds: [media.id] }).expect(404);

    expect(body.error.message).toBe('Chat not found');
    await expectHidden(ann, media);
  });

  describe('in groups', () => {
    it('should be for members within what they may read: not before they came, not after they went', async () => {
      const [cleo, dan] = (await app.users(2)) as [TestUser, TestUser];
      const [before, during, after] = (await Promise.all([1, 2, 3].map(() => upload(app, ann, photo)))) as [
        UploadedFile,
        UploadedFile,
        UploadedFile,
      ];
      const groupId = await app.group(ann, [bob]);
      await send(ann, groupId, before);
      const members = `/api/chats/${groupId}/members`;
      await app.http
        .post(members)
        .set(ann.auth)
        .send({ userIds: [cleo.id] })
        .expect(201);
      await send(ann, groupId, during);
      await get(cleo, during.url).expect(200);
      await app.http.delete(`${members}/${cleo.id}`).set(ann.auth).expect(204);
      await send(ann, groupId, after);

      await expectHidden(cleo, before);
      await get(cleo, during.url).expect(200);
      await expectHidden(cleo, after);
      for (const media of [before, during, after]) {
        await get(bob, media.url).expect(200);
        await expectHidden(dan, media);
      }
      await app.http.delete(`/api/chats/${groupId}/me`).set(cleo.auth).expect(204);
      await expectHidden(cleo, during);
    });

    it('should be found among very many messages with the same file', async () => {
      const media = await upload(app, ann, photo);
      const groupId = await app.group(ann, []);
      const { body: first } = await post(ann, groupId, { attachmentIds: [media.id] }).expect(201);
      const rows = app.connection.collection('messages');
      const row = await rows.findOne({ clientMessageId: first.clientMessageId });
      const { _id: _, ...copy } = row ?? {};
      await rows.insertMany(
        Array.from({ length: 300 }, (__, n) => ({
          ...copy,
          rev: 1000 + n,
          seq: 1000 + n,
          clientMessageId: `copy ${n}`,
        })),
      );
      await expectHidden(bob, media);

      await send(ann, chatId, media);

      await get(bob, media.url).expect(200);
      await expectHidden(eve, media);
    });
  });

  it('should be out of reach at once when a message has lost its content', async () => {
    const media = await upload(app, ann, photo);
    const message = await send(ann, chatId, media);
    await get(bob, media.url).expect(200);

    await app.connection
      .collection('messages')
      .updateOne({ clientMessageId: message.clientMessageId }, { $unset: { attachments: 1 } });

    await expectHidden(bob, media);
    await get(ann, media.url).expect(200);
  });
});
