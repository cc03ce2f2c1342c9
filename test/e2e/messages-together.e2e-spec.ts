import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MediaCollector, RELEASE_MS } from '../../src/media/media-collector.service.js';
import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { download, imageOf, upload } from '../support/media-files.js';

/** Changes of messages where groups, files and messages that disappear meet them. */
describe('changes of messages among everything else', () => {
  let app: TestApp;
  let talk: Conversation;
  let photo: Buffer;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
    photo = await imageOf();
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    await talk.quiet();
  });

  const pathOf = ({ id }: { id: string }, more = '') => `/api/messages/${id}${more}`;
  const settings = (of: object) => talk.ok(talk.ann, 'patch', `/api/chats/${talk.groupId}`, { settings: of });
  const read = (user: TestUser, url: string) => app.http.get(url).set(user.auth);
  /** After a minute it is gone. */
  const soon = (content: object) => talk.send(talk.ann, talk.groupId, { expiresInSeconds: 60, ...content });
  const pass = async (seconds: number) => {
    app.clock.advance(seconds * 1000);
    await talk.settle();
  };

  it('should take the files of a deleted message from all, and from the store when nothing holds them', async () => {
    const media = await upload(app, talk.ann, photo);
    const sent = await talk.send(talk.ann, talk.groupId, { attachmentIds: [media.id], text: 'at the sea' });
    expect(await download(app, talk.bob, media.url)).toHaveLength(media.size);

    const deleted = await talk.ok(talk.ann, 'delete', pathOf(sent, '?for=everyone'));

    expect(deleted).toMatchObject({ type: 'image', text: '', attachments: [] });
    expect(await talk.message(talk.bob, sent)).toEqual(deleted);
    await read(talk.bob, media.url).expect(404);
    await read(talk.ann, media.url).expect(200);
    app.clock.advance(RELEASE_MS + 1000);
    await app.app.get(MediaCollector).sweep();
    await read(await app.login(talk.ann.email), media.url).expect(404);
  });

  it('should pass files on by reference: seen by whoever gets them, and kept when the first message goes', async () => {
    const media = await upload(app, talk.ann, photo);
    const sent = await talk.send(talk.ann, talk.groupId, { attachmentIds: [media.id], text: 'at the sea' });
    const chatId = await app.directChat(talk.bob, talk.eve);
    await read(talk.eve, media.url).expect(404);

    const body = { messageIds: [sent.id], chatIds: [chatId] };
    const { items } = await talk.ok(talk.bob, 'post', '/api/messages/forward', body);

    expect(items).toMatchObject([
      { type: 'image', text: 'at the sea', attachments: [media], forwarded: { count: 1 } },
    ]);
    expect(await talk.phone(talk.eve).next('receive_message')).toEqual(items[0]);
    await talk.ok(talk.ann, 'delete', pathOf(sent, '?for=everyone'));
    await read(talk.cat, media.url).expect(404);
    expect(await download(app, talk.eve, media.url)).toHaveLength(media.size);
  });

  it('should compare a retry with the files, the life and the answer that were sent first', async () => {
    const [one, two] = [await upload(app, talk.ann, photo), await upload(app, talk.ann, photo)];
    const first = await talk.send(talk.bob, talk.groupId, 'which?');
    const send = (more: object) =>
      talk.call(talk.ann, 'post', `/api/chats/${talk.groupId}/messages`, {
        clientMessageId: 'k',
        attachmentIds: [one.id],
        replyToId: first.id,
        expiresInSeconds: 60,
        ...more,
      });

    const { body } = await send({});

    expect(body).toMatchObject({ attachments: [one], replyTo: { messageId: first.id, text: 'which?' } });
    expect(await send({})).toEqual({ status: 200, body });
    for (const more of [
      { attachmentIds: [two.id] },
      { attachmentIds: [one.id, two.id] },
      { expiresInSeconds: 61 },
      { replyToId: undefined },
      { text: 'this' },
      { mentions: [talk.bob.id] },
    ])
      expect(await send(more), JSON.stringify(more)).toMatchObject({ status: 409 });
  });

  it('should leave nothing of a message that has disappeared, whatever became of it', async () => {
    const sent = await soon({ text: 'secret', mentions: [talk.bob.id] });
    await talk.ok(talk.ann, 'patch', pathOf(sent), { text: 'secret!' });
    await talk.ok(talk.bob, 'put', pathOf(sent, '/reaction'), { emoji: '👍' });
    await talk.ok(talk.bob, 'put', pathOf(sent, '/pin'));
    await talk.ok(talk.bob, 'put', pathOf(sent, '/star'));
    const answer = await talk.send(talk.bob, talk.groupId, { text: 'oh', replyToId: sent.id });
    expect(answer.replyTo).toMatchObject({ text: 'secret!' });

    await pass(61);

    expect(await talk.message(talk.bob, sent)).toMatchObject({ text: '', mentions: [], reactions: [] });
    expect(await talk.message(talk.bob, sent)).not.toHaveProperty('pinned');
    expect((await talk.message(talk.bob, answer)).replyTo).toMatchObject({ messageId: sent.id, text: '' });
    expect((await talk.ok(talk.bob, 'get', '/api/messages/starred')).items).toEqual([]);
    expect((await talk.ok(talk.bob, 'get', pathOf(sent, '/edits'))).items).toEqual([]);
    const all = [
      await talk.history(talk.cat, talk.groupId),
      await talk.sync(talk.cat, { [talk.groupId]: 1 }),
    ];
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  it('should refuse to change, quote or pass on what has disappeared', async () => {
    const sent = await soon({ text: 'secret' });
    await pass(61);
    await talk.quiet();

    await talk.refused('GONE', talk.ann, 'patch', pathOf(sent), { text: 'again' });
    await talk.refused('GONE', talk.bob, 'put', pathOf(sent, '/reaction'), { emoji: '👍' });
    await talk.refused('GONE', talk.bob, 'put', pathOf(sent, '/pin'));
    await talk.refused('GONE', talk.bob, 'put', pathOf(sent, '/star'));
    const on = { messageIds: [sent.id], chatIds: [talk.directId] };
    await talk.refused('GONE', talk.ann, 'post', '/api/messages/forward', on);
    const answer = { clientMessageId: 'a', text: 'oh', replyToId: sent.id };
    await talk.refused('VALIDATION', talk.bob, 'post', `/api/chats/${talk.groupId}/messages`, answer);
    await talk.expectSilence();
  });

  it('should give the place of a pin that has disappeared to another', async () => {
    const pin = ({ id }: MessageView) => talk.call(talk.bob, 'put', `/api/messages/${id}/pin`);
    for (const text of ['1', '2', '3']) await pin(await soon({ text }));
    const fourth = await talk.send(talk.ann, talk.groupId, '4');
    expect(await pin(fourth)).toMatchObject({ status: 409 });

    await pass(61);

    expect(await pin(fourth)).toMatchObject({ status: 200, body: { pinned: true } });
  });

  it('should let those pin who may edit what the group shows, and in a chat of two both', async () => {
    const sent = await talk.send(talk.bob, talk.groupId, 'here');
    await settings({ editInfo: 'admins' });

    await talk.refused('FORBIDDEN', talk.bob, 'put', pathOf(sent, '/pin'));
    await talk.ok(talk.ann, 'put', pathOf(sent, '/pin'));
    await talk.refused('FORBIDDEN', talk.bob, 'delete', pathOf(sent, '/pin'));
    const direct = await talk.send(talk.ann, talk.directId, 'there');
    await talk.ok(talk.bob, 'put', pathOf(direct, '/pin'));
  });

  it('should let members edit, react and vote where only admins write, and not write by forwarding', async () => {
    const own = await talk.send(talk.bob, talk.groupId, 'helo');
    const poll = await talk.send(talk.ann, talk.groupId, {
      poll: { question: 'When?', options: ['a', 'b'] },
    });
    await settings({ send: 'admins' });

    await talk.ok(talk.bob, 'patch', pathOf(own), { text: 'hello' });
    await talk.ok(talk.bob, 'put', pathOf(poll, '/reaction'), { emoji: '👍' });
    const optionIds = [poll.poll?.options[0]?.id];
    await talk.ok(talk.bob, 'post', pathOf(poll, '/votes'), { optionIds });
    const on = { messageIds: [own.id], chatIds: [talk.directId, talk.groupId] };
    await talk.refused('FORBIDDEN', talk.bob, 'post', '/api/messages/forward', on);
    expect(await talk.history(talk.bob, talk.directId)).toEqual([]);
  });

  it('should tell nothing of a message to who has cleared the chat', async () => {
    const sent = await talk.send(talk.ann, talk.groupId, 'old');
    await talk.ok(talk.cat, 'post', `/api/chats/${talk.groupId}/clear`);
    await talk.quiet();

    await talk.ok(talk.ann, 'patch', pathOf(sent), { text: 'older' });
    await talk.phone(talk.bob).next('message_edited');

    await talk.expectSilence(talk.cat);
    expect(await talk.behind(talk.cat, talk.groupId, sent.rev)).toEqual([]);
    await talk.refused('NOT_FOUND', talk.cat, 'put', pathOf(sent, '/reaction'), { emoji: '👍' });
  });

  it('should keep the order of an answer and what is written right behind it', async () => {
    const first = await talk.send(talk.bob, talk.groupId, 'first');
    const phone = talk.phone(talk.ann);
    const content = { chatId: talk.groupId, clientMessageId: 'answer', text: 'answer', replyToId: first.id };

    const [answer, next] = await Promise.all([
      phone.ok('new_message', content),
      phone.ok('new_message', { chatId: talk.groupId, clientMessageId: 'next', text: 'next' }),
    ]);

    expect(next.message.seq).toBe(answer.message.seq + 1);
  });
});
