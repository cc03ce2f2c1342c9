import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { EXPIRED_MESSAGES_MS } from '../../src/jobs/expired-messages.job.js';
import { MediaCollector, RELEASE_MS } from '../../src/media/media-collector.service.js';
import { EXPIRY_GRACE_MS } from '../../src/messages/message-expiry.service.js';
import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { upload } from '../support/media-files.js';

const LIFE = { expiresInSeconds: 60 };

describe('what messages said that have disappeared', () => {
  let app: TestApp;
  let talk: Conversation;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off', JWT_EXPIRES_IN: '30d' });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
  });

  const rowOf = ({ id }: { id: string }) =>
    app.connection.collection('messages').findOne({ _id: new Types.ObjectId(id) });

  /** All that the database holds, but for the files themselves. */
  async function everything(): Promise<string> {
    const collections = await app.connection.listCollections();
    const rows = await Promise.all(
      collections.map(({ name }) => app.connection.collection(name).find().toArray()),
    );
    return JSON.stringify(rows);
  }

  /** As time goes by, and as the job does it of its own accord. */
  async function pass(...messages: MessageView[]): Promise<void> {
    app.clock.advance(LIFE.expiresInSeconds * 1000 + EXPIRY_GRACE_MS + EXPIRED_MESSAGES_MS);
    for (const message of messages)
      await expect.poll(async () => (await rowOf(message))?.text, { timeout: 10_000 }).toBeUndefined();
  }

  const of = (message: MessageView, more = '') => `/api/messages/${message.id}${more}`;

  it('should leave the database: only the place is left', async () => {
    const quoted = await talk.send(talk.bob, talk.groupId, 'stays');
    const mentions = [talk.bob.id];
    const sent = await talk.send(talk.ann, talk.groupId, {
      text: 'secret one',
      mentions,
      replyToId: quoted.id,
      ...LIFE,
    });
    await talk.ok(talk.ann, 'patch', of(sent), { text: 'secret two' });
    await talk.ok(talk.ann, 'patch', of(sent), { text: 'secret three' });
    await talk.ok(talk.bob, 'put', of(sent, '/reaction'), { emoji: '🦑' });
    await talk.ok(talk.cat, 'put', of(sent, '/star'));
    await talk.ok(talk.ann, 'put', of(sent, '/pin'));
    const answer = await talk.send(talk.cat, talk.groupId, { text: 'oh', replyToId: sent.id });
    const found = await talk.ok(talk.bob, 'get', '/api/messages/search?q=secret');
    expect(found.items).toHaveLength(1);
    expect(await everything()).toMatch(/secret one.*🦑/s);

    await pass(sent);

    expect(Object.keys((await rowOf(sent)) ?? {}).toSorted()).toEqual([
      '_id',
      'changedRev',
      'chatId',
      'clientMessageId',
      'createdAt',
      'expiresAt',
      'kind',
      'rev',
      'senderId',
      'seq',
      'type',
    ]);
    expect(await everything()).not.toMatch(/secret|🦑/);
    const messageId = new Types.ObjectId(sent.id);
    expect(await app.connection.collection('search_entries').countDocuments({ _id: messageId })).toBe(0);
    expect(await app.connection.collection('message_marks').countDocuments({ messageId })).toBe(0);
    expect((await rowOf(quoted))?.text).toBe('stays');
    expect((await rowOf(answer))?.text).toBe('oh');
    expect(await talk.message(talk.bob, answer)).toMatchObject({
      text: 'oh',
      replyTo: { messageId: sent.id, text: '' },
    });
  });

  it.each([
    ['a poll', { poll: { question: 'secret?', options: ['secret a', 'secret b'] } }],
    ['a place', { location: { latitude: 1, longitude: 2, name: 'secret place' } }],
    ['a card', { contact: { name: 'secret person', phone: '+4930123' } }],
  ])('should leave the database: %s', async (_, content) => {
    const sent = await talk.send(talk.ann, talk.groupId, { ...content, ...LIFE });
    const optionIds = sent.poll?.options.slice(0, 1).map(({ id }) => id);
    if (optionIds) await talk.ok(talk.bob, 'post', of(sent, '/votes'), { optionIds });
    expect(await everything()).toContain('secret');

    await pass(sent);

    const left = await everything();
    for (const word of ['secret', 'latitude', ...(optionIds ?? [])]) expect(left).not.toContain(word);
  });

  it('should leave the database with their files, unless another message holds them', async () => {
    const file = (name: string) => upload(app, talk.ann, Buffer.from(name), { name });
    const [alone, shared] = await Promise.all([file('secret.txt'), file('public.txt')]);
    const sent = await talk.send(talk.ann, talk.groupId, { attachmentIds: [alone.id, shared.id], ...LIFE });
    await talk.send(talk.ann, talk.directId, { attachmentIds: [shared.id] });

    await pass(sent);
    const release = new Date(app.clock.nowMs() + RELEASE_MS);
    const media = app.connection.collection('media');
    await expect
      .poll(() => media.countDocuments({ name: /txt$/, sweepAt: { $lte: release } }), { timeout: 10_000 })
      .toBe(2);
    app.clock.advance(RELEASE_MS);
    await app.app.get(MediaCollector).sweep();

    await talk.refused('NOT_FOUND', talk.ann, 'get', alone.url);
    await talk.ok(talk.bob, 'get', shared.url);
    expect(await everything()).not.toContain('secret');
  });

  it('should look to readers as it did before', async () => {
    const [kept, sent] = [
      await talk.send(talk.ann, talk.groupId, 'stays'),
      await talk.send(talk.ann, talk.groupId, { text: 'secret', ...LIFE }),
    ];
    const seen = async () => {
      const history = await talk.history(talk.bob, talk.groupId);
      const { lastMessage, unreadCount, rev } = await talk.chat(talk.bob, talk.groupId);
      return { history, lastMessage, unreadCount, rev, behind: await talk.behind(talk.bob, talk.groupId, 0) };
    };
    app.clock.advance(LIFE.expiresInSeconds * 1000);
    const before = await seen();

    await pass(sent);

    expect(await seen()).toEqual(before);
    expect(before.history.map(({ text }) => text)).toEqual([kept.text, '']);
    await talk.refused('GONE', talk.ann, 'patch', of(sent), { text: 'again' });
    await talk.refused('GONE', talk.bob, 'put', of(sent, '/reaction'), { emoji: '👍' });
    expect(await talk.ok(talk.ann, 'delete', of(sent, '?for=everyone'))).toMatchObject({ text: '' });
  });

  it('should be there until they have disappeared, and for good where they do not', async () => {
    const [soon, late, never] = await Promise.all([
      talk.send(talk.ann, talk.groupId, { text: 'soon', ...LIFE }),
      talk.send(talk.ann, talk.groupId, { text: 'late', expiresInSeconds: 3600 }),
      talk.send(talk.ann, talk.groupId, 'never'),
    ]);

    await pass(soon);

    expect([(await rowOf(late))?.text, (await rowOf(never))?.text]).toEqual(['late', 'never']);
  });
});
