import { readdirSync } from 'node:fs';

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { ACCOUNT_ERASURE_MS } from '../../src/jobs/account-erasure.job.js';
import { RELEASE_MS } from '../../src/media/media-collector.service.js';
import { type BusyLife, liveBusily, OF_ANN } from '../support/busy-life.js';
import { createTestApp, PASSWORD, type TestApp } from '../support/create-test-app.js';
import { download } from '../support/media-files.js';
import { readZip, rowsOf } from '../support/read-zip.js';

/** Where the copy has what each collection keeps of a person. */
const EXPORTED: Record<string, readonly string[]> = {
  users: ['profile.ndjson', 'privacy.ndjson'],
  sessions: ['sessions.ndjson'],
  contacts: ['contacts.ndjson'],
  blocks: ['blocks.ndjson'],
  media: ['media.ndjson'],
  chats: ['chats.ndjson'],
  chat_members: ['chats.ndjson'],
  chat_receipts: ['chats.ndjson'],
  receipt_times: ['receipts.ndjson'],
  chat_invites: ['invites.ndjson'],
  join_requests: ['join-requests.ndjson'],
  messages: ['messages.ndjson'],
  message_marks: ['message-marks.ndjson'],
  scheduled_messages: ['scheduled-messages.ndjson'],
  connection_histories: ['connections.ndjson'],
  statuses: ['statuses.ndjson'],
  status_views: ['status-views.ndjson'],
  status_mutes: ['status-mutes.ndjson'],
  calls: ['calls.ndjson'],
  reports: ['reports.ndjson'],
};

const NOT_EXPORTED: Record<string, string> = {
  search_entries: 'worked out of the messages, which are in it',
  status_quotas: 'when they posted within the last day, which the statuses say',
};

/** Where the id of a deleted account stays, and nothing else of it. */
const STAYS: Record<string, string> = {
  users: 'the shell that its messages are of; privacy settings of others that name it',
  chats: 'who made them, and which two a direct chat is of',
  chat_members: 'who was in them',
  chat_receipts: 'what others have sent was read',
  chat_invites: 'who has come by an invite of another, so that its uses stay right',
  messages: 'what they wrote, their reactions and votes, and that they came and went',
  search_entries: 'whose a message is',
  media: 'files that messages show, or that were reported',
  calls: 'the history of the others',
  statuses: 'to whom others showed one, until it expires',
  reports: 'for the operators, with what was reported as it was',
};

describe('all that is kept of somebody', () => {
  let app: TestApp;
  let life: BusyLife;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  beforeEach(async () => {
    await app.connection.dropDatabase();
    await Promise.all(app.connection.modelNames().map((name) => app.connection.model(name).syncIndexes()));
    life = await liveBusily(app);
  }, 60_000);
  afterAll(() => app.close());

  /** Every document of every collection as text, with ids as they are told. */
  async function everything(): Promise<Map<string, string[]>> {
    const collections = (await app.connection.listCollections()).map(({ name }) => name);
    const found = await Promise.all(
      collections.map(async (name) => {
        const rows = await app.connection.collection(name).find().toArray();
        return [name, rows.map((row) => JSON.stringify(row))] as const;
      }),
    );
    return new Map(found);
  }
  const holding = (all: Map<string, string[]>, text: string) =>
    [...all]
      .filter(([, rows]) => rows.some((row) => row.toLowerCase().includes(text.toLowerCase())))
      .map(([name]) => name)
      .toSorted();
  const storedFiles = () =>
    readdirSync(app.dataDir, { recursive: true, encoding: 'utf8' }).map((path) => path.split('/').at(-1));

  it('should be in the copy, but for what is explained', async () => {
    const { ann, bob, files } = life;
    await vi.waitFor(async () => {
      app.clock.advance(2000);
      expect(holding(await everything(), ann.id)).toEqual(
        [...Object.keys(EXPORTED), ...Object.keys(NOT_EXPORTED)].toSorted(),
      );
    });

    const copy = await readZip(await download(app, ann, '/api/users/me/export'));

    for (const path of Object.values(EXPORTED).flat())
      expect(rowsOf(copy, path).length, path).toBeGreaterThan(0);
    expect(rowsOf(copy, 'profile.ndjson')).toMatchObject([
      { email: ann.email, name: OF_ANN.name, about: OF_ANN.about, phone: OF_ANN.phone },
    ]);
    expect(rowsOf(copy, 'sessions.ndjson').map(({ deviceName }) => deviceName as string)).toContain(
      OF_ANN.deviceName,
    );
    expect(rowsOf(copy, 'scheduled-messages.ndjson')).toMatchObject([
      { text: 'until tomorrow', attachmentIds: [files.later.id], sendAt: expect.any(String) },
    ]);
    expect(rowsOf(copy, 'message-marks.ndjson')).toMatchObject([
      { messageId: expect.any(String), starredAt: expect.any(String) },
      { messageId: expect.any(String), deletedAt: expect.any(String) },
    ]);
    expect(rowsOf(copy, 'chats.ndjson').map(({ me }) => me)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ archived: true, mutedUntil: expect.any(String) }),
        expect.objectContaining({ pinned: true }),
      ]),
    );
    expect(rowsOf(copy, 'invites.ndjson')).toMatchObject([
      { chatId: life.talk.groupId, maxUses: 5, uses: 0 },
    ]);
    expect(rowsOf(copy, 'reports.ndjson')).toMatchObject([{ userId: bob.id, details: 'writes too much' }]);
    expect(rowsOf(copy, 'status-views.ndjson')).toMatchObject([{ emoji: '🏔️' }]);
    const messages = rowsOf(copy, 'messages.ndjson');
    expect(messages.find(({ starred }) => starred)).toMatchObject({
      text: 'hello Ann',
      reactions: [{ emoji: '👍', userIds: [ann.id] }],
    });
    expect(messages.find(({ type }) => type === 'poll')).toMatchObject({
      poll: { options: [{ userIds: [ann.id] }, {}] },
    });
    const all = [...copy.values()].join('');
    for (const other of [...life.secrets, bob.email, 'not for her', 'Hash']) expect(all).not.toContain(other);
  });

  it('should be in the copy with the files, under names that lead nowhere', async () => {
    const { ann, files } = life;

    const copy = await readZip(await download(app, ann, '/api/users/me/export'));

    const listed = rowsOf(copy, 'media.ndjson');
    const paths = [...copy.keys()].filter((path) => path.startsWith('media/'));
    expect(listed.map(({ path }) => path as string)).toEqual(paths);
    expect(paths).toEqual(
      [files.avatar, files.shown.id, files.unsent.id, files.later.id].map(
        (id) => expect.stringMatching(new RegExp(`^media/${id}\\.[a-z0-9]+$`)) as unknown,
      ),
    );
    expect(copy.get(`media/${files.unsent.id}.plain`)).toBe('never sent by her');
    const { name } = listed.find(({ id }) => id === files.unsent.id) as { name: string };
    expect(name).toContain('sent');
    const shown = await download(app, ann, files.shown.url);
    expect(copy.get(paths[1] as string)).toBe(shown.toString('utf8'));
  });

  it('should be gone with the account, but for what is explained', async () => {
    const { ann, bob, files, talk } = life;
    const { passwordHash } = (await app.connection
      .collection('users')
      .findOne({ email: ann.email })) as unknown as { passwordHash: string };
    const { about, phone, deviceName } = OF_ANN;
    const personal = [ann.email, 'annegret', about, phone.slice(1), deviceName, passwordHash];
    const unsaid = ['until tomorrow', 'at the sea', files.unsent.id, files.later.id];
    const before = await everything();
    for (const text of [...personal, ...unsaid]) expect(holding(before, text), text).not.toEqual([]);

    await app.http.delete('/api/users/me').set(ann.auth).send({ password: PASSWORD }).expect(204);
    // The last pass, and the collector of files.
    await vi.waitFor(
      async () => {
        app.clock.advance(ACCOUNT_ERASURE_MS + RELEASE_MS);
        const now = await everything();
        expect(now.get('users')?.find((row) => row.includes(`deleted:${ann.id}`))).not.toContain(
          'deletingAt',
        );
        // One after the other: the first that is gone does not say that all are.
        for (const id of [files.later.id, files.unsent.id]) expect(holding(now, id)).toEqual([]);
      },
      { timeout: 20_000, interval: 200 },
    );

    const left = await everything();
    expect(holding(left, ann.id)).toEqual(Object.keys(STAYS).toSorted());
    for (const text of [...personal, ...unsaid])
      expect(
        holding(left, text).filter((name) => name !== 'reports'),
        text,
      ).toEqual([]);
    expect(left.get('chat_invites')?.join()).not.toContain(`"createdBy":"${ann.id}"`);
    const members = left.get('chat_members')?.filter((row) => row.includes(`"userId":"${ann.id}"`)) ?? [];
    expect(members.join()).not.toMatch(/mutedUntil|isArchived|isPinned|unreadMark|deletedSeqs/);
    const onDisk = storedFiles();
    for (const id of [files.unsent.id, files.later.id]) expect(onDisk).not.toContain(id);
    // She was reported with her picture: the operators keep it, and nobody else sees it.
    expect(holding(left, files.avatar).toSorted()).toEqual(['media', 'reports']);
    await app.http.get(`/api/media/${files.avatar}`).set(bob.auth).expect(404);

    expect(await download(app, bob, files.shown.url)).not.toHaveLength(0);
    const history = await talk.history(bob, talk.groupId);
    expect(history).toContainEqual(expect.objectContaining({ senderId: ann.id, text: 'a photo' }));
    const { body } = await app.http.get(`/api/chats/${talk.groupId}/messages`).set(bob.auth).expect(200);
    expect((body as { items: unknown[] }).items.at(-1)).toMatchObject({
      type: 'system',
      system: { kind: 'member_left', userIds: [ann.id] },
    });
    expect(await talk.chat(bob, talk.groupId)).toMatchObject({ me: { role: 'owner' } });
  }, 60_000);
});
