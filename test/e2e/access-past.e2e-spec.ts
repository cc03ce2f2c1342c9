import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AccessJudge } from '../support/access/access-judge.js';
import type { Row } from '../support/access/access-row.js';
import { prepare, type Scene } from '../support/access/access-scene.js';
import { LATER, SECRET } from '../support/access/access-world.js';
import { MESSAGE_EVENTS } from '../support/access/rows-events.js';
import { MESSAGE_DEEDS } from '../support/access/rows-message-deeds.js';
import { MESSAGES } from '../support/access/rows-messages.js';
import { PEOPLE } from '../support/access/rows-people.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { download } from '../support/media-files.js';
import { readZip } from '../support/read-zip.js';

/** Deeds about the message that was sent while Cat was not in the group, and its picture. */
const ABOUT_THE_GAP: Row[] = [
  ...[...MESSAGE_DEEDS, ...MESSAGE_EVENTS].filter(({ about }) => about === undefined),
  ...[...MESSAGES, ...PEOPLE].filter(
    ({ target, about }) =>
      (target === 'POST /api/messages/{id}/votes' && about === undefined) ||
      (target.startsWith('GET /api/media/') && about === undefined) ||
      about === 'out of the group' ||
      about === 'a message',
  ),
];

/** Everything that comes in lists, and how many of the group's messages an ex-member may find there. */
const READS = [
  '/chats',
  '/messages/starred',
  '/messages/scheduled',
  `/messages/search?q=${LATER}`,
  '/calls',
  '/status',
  '/auth/sessions',
  '/users?search=user',
  '/users/me',
  '/users/me/privacy',
];

describe('the past of who was removed from a group', () => {
  let app: TestApp;
  let scene: Scene;
  let judge: AccessJudge;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    scene = await prepare(app);
    judge = new AccessJudge(scene, scene.ann);
  });
  afterAll(() => app.close());

  const read = (path: string) => scene.world.ok(scene.cat, 'get', path);
  const sync = (held: object) => scene.world.ok(scene.cat, 'post', '/sync', { chats: held, me: 0 });

  describe('while they are out', () => {
    it.each(['', '?after=0', '?before=1000', '?around=1000', '?limit=1'])(
      'should hold what was said until then, and end with their removal: %s',
      async (query) => {
        const { items } = await read(`/chats/${scene.groupId}/messages${query}`);

        expect(items.at(-1)).toMatchObject({ type: 'system', system: { kind: 'member_removed' } });
        expect(JSON.stringify(items)).not.toContain(LATER);
      },
    );

    it('should have what was said as it was said then', async () => {
      const { items } = await read(`/chats/${scene.groupId}/messages`);

      expect(items.map(({ text }: { text: string }) => text).filter(Boolean)).toEqual([
        `${SECRET} before`,
        `${SECRET} of ann`,
        `${SECRET} of cat`,
      ]);
    });

    it('should know the chat as it was, and no number of afterwards', async () => {
      const chat = await read(`/chats/${scene.groupId}`);
      const { items } = await read(`/chats/${scene.groupId}/messages`);

      expect(chat).toMatchObject({ title: `${SECRET} group`, lastSeq: items.at(-1).seq });
      expect(chat.rev).toBe(items.at(-1).rev);
      expect(JSON.stringify(chat)).not.toContain(LATER);
    });

    it('should sync up to then, and nothing more from there', async () => {
      const first = await sync({ [scene.groupId]: 0 });
      const { rev, receiptRev } = first.chats[0];
      const second = await sync({ [scene.groupId]: { rev, receiptRev } });

      expect(first.chats[0].messages).toHaveLength(6);
      expect(JSON.stringify([first, second])).not.toContain(LATER);
      expect(second.chats).toEqual([]);
    });

    it.each(READS)('should be all that there is in %s', async (path) => {
      expect(JSON.stringify(await read(path))).not.toContain(LATER);
    });

    it('should be what a search finds', async () => {
      const { items } = await read(`/messages/search?q=${SECRET}`);

      expect(items).toHaveLength(4);
      expect(JSON.stringify(items)).not.toContain(LATER);
    });

    it('should be what their copy of everything holds', async () => {
      const files = await readZip(await download(app, scene.cat, '/api/users/me/export'));

      expect([...files.values()].join()).toContain(`${SECRET} of cat`);
      expect([...files.values()].join()).not.toContain(LATER);
    });
  });

  describe('when they are back', () => {
    beforeAll(async () => {
      const { world, ann, cat, groupId } = scene;
      await world.ok(ann, 'post', `/chats/${groupId}/members`, { userIds: [cat.id] });
    });

    it.each(ABOUT_THE_GAP.map((row): [string, Row] => [row.target, row]))(
      'should not reach into the time between: %s',
      async (_, row) => {
        await judge.expectRefused(row, 'exMember', 'NOT_FOUND');
      },
    );

    it.each(['', '?after=0', '?before=1000', '?around=8'])(
      'should leave the time between out: %s',
      async (query) => {
        const { items } = await read(`/chats/${scene.groupId}/messages${query}`);
        const ids = items.map(({ id }: { id: string }) => id);

        expect(items.length).toBeGreaterThan(1);
        for (const { id } of [scene.message, scene.ofAnn, scene.poll]) expect(ids).not.toContain(id);
      },
    );

    it('should leave it out of sync, search and their copy of everything', async () => {
      const [synced, found, copy] = await Promise.all([
        sync({ [scene.groupId]: 0 }),
        read(`/messages/search?q=${LATER}`),
        download(app, scene.cat, '/api/users/me/export').then(readZip),
      ]);
      const text = JSON.stringify([synced, found, [...copy.values()]]);

      expect(text).toContain(scene.past.id);
      for (const { id } of [scene.message, scene.ofAnn, scene.poll]) expect(text).not.toContain(id);
    });
  });
});
