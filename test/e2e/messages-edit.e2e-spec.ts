import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { imageOf, upload } from '../support/media-files.js';

describe('editing messages', () => {
  let app: TestApp;
  let talk: Conversation;
  let first: MessageView;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    first = await talk.send(talk.ann, talk.groupId, 'helo');
    await talk.quiet();
  });

  const path = (more = '') => `/api/messages/${first.id}${more}`;
  const edit = (text: string): Promise<MessageView> => talk.ok(talk.ann, 'patch', path(), { text });

  it('should change the text for all, tell them, and take the next rev', async () => {
    const edited = await edit('hello');

    expect(edited).toMatchObject({ id: first.id, seq: first.seq, text: 'hello', createdAt: first.createdAt });
    expect(edited.rev).toBe(first.rev + 1);
    expect(edited.editedAt).toEqual(expect.any(String));
    for (const user of [talk.ann, talk.bob, talk.cat]) {
      expect(await talk.phone(user).next('message_edited')).toEqual(edited);
      expect(await talk.message(user, first)).toEqual(edited);
      const { rev, lastMessage, lastSeq } = await talk.chat(user, talk.groupId);
      expect({ rev, lastMessage, lastSeq }).toEqual({ rev: edited.rev, lastMessage: edited, lastSeq: 2 });
    }
    await talk.expectSilence(talk.eve);
  });

  it('should do the same by socket', async () => {
    const { message } = await talk.phone(talk.ann).ok('edit_message', { messageId: first.id, text: 'hello' });

    expect(await talk.phone(talk.bob).next('message_edited')).toEqual(message);
    expect(message).toMatchObject({ text: 'hello', rev: first.rev + 1 });
  });

  it('should bring a device that was away the message as it is now, once', async () => {
    await edit('hello');
    const second = await talk.send(talk.bob, talk.groupId, 'hi');
    const edited = await edit('hello!');

    expect(await talk.behind(talk.bob, talk.groupId, first.rev)).toEqual([second, edited]);
    expect(await talk.behind(talk.bob, talk.groupId, second.rev)).toEqual([edited]);
    expect(await talk.behind(talk.bob, talk.groupId, edited.rev)).toEqual([]);
    expect(await talk.behind(talk.bob, talk.groupId, 0)).toEqual([edited, second]);
  });

  it('should change nothing for the same text', async () => {
    const edited = await edit('hello');
    await talk.quiet();

    expect(await edit('hello')).toEqual(edited);
    expect((await talk.chat(talk.bob, talk.groupId)).rev).toBe(edited.rev);
    await talk.expectSilence();
  });

  it('should keep the texts that it had, for who may see the message', async () => {
    app.clock.advance(1000);
    const { editedAt } = await edit('hello');
    app.clock.advance(1000);
    await edit('hello!');

    const { items, nextCursor } = await talk.ok(talk.bob, 'get', path('/edits'));
    expect(items).toEqual([
      { text: 'helo', at: first.createdAt },
      { text: 'hello', at: editedAt },
    ]);
    expect(nextCursor).toBeNull();
    await talk.refused('NOT_FOUND', talk.eve, 'get', path('/edits'));
  });

  it('should page them', async () => {
    for (let n = 1; n <= 5; n += 1) await edit(`text ${n}`);

    const texts: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 10; pages += 1) {
      const page: any = await talk.ok(
        talk.bob,
        'get',
        path(`/edits?limit=2${cursor && `&cursor=${cursor}`}`),
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      texts.push(...page.items.map(({ text }: { text: string }) => text));
      cursor = page.nextCursor;
    }
    expect(texts).toEqual(['helo', 'text 1', 'text 2', 'text 3', 'text 4']);
  });

  it('should refuse it after the window, and keep the message', async () => {
    app.clock.advance(15 * 60_000 + 1);

    const error = await talk.refused('FORBIDDEN', talk.ann, 'patch', path(), { text: 'late' });

    expect(error.message).toContain('15 minutes');
    expect(await talk.message(talk.bob, first)).toEqual(first);
    await talk.expectSilence();
  });

  it('should refuse everybody else, each as they may know', async () => {
    await talk.refused('FORBIDDEN', talk.bob, 'patch', path(), { text: 'mine' });
    await talk.refused('NOT_FOUND', talk.eve, 'patch', path(), { text: 'mine' });
    await talk.phone(talk.eve).refusal('NOT_FOUND', 'edit_message', { messageId: first.id, text: 'x' });
    const missing = { messageId: 'f'.repeat(24), text: 'x' };
    await talk.phone(talk.ann).refusal('NOT_FOUND', 'edit_message', missing);
    await talk.expectSilence();
    const ofBob = await talk.send(talk.bob, talk.groupId, 'mine');
    await talk.remove(talk.bob);

    await talk.refused('FORBIDDEN', talk.bob, 'patch', `/api/messages/${ofBob.id}`, { text: 'still' });
    await talk.phone(talk.bob).refusal('FORBIDDEN', 'edit_message', { messageId: ofBob.id, text: 'still' });
  });

  it('should refuse it across a block, as a new message', async () => {
    const sent = await talk.send(talk.ann, talk.directId, 'helo');
    await talk.ok(talk.bob, 'put', `/api/blocks/${talk.ann.id}`);
    await talk.quiet();

    await talk.refused('FORBIDDEN', talk.ann, 'patch', `/api/messages/${sent.id}`, { text: 'hello' });

    expect(await talk.message(talk.bob, sent)).toEqual(sent);
    await talk.expectSilence();
  });

  it('should show who left the text of then, and who joined later nothing', async () => {
    await edit('hello');
    await talk.remove(talk.bob);
    await talk.quiet();
    await edit('hello, cat');
    await talk.phone(talk.cat).next('message_edited');

    expect(await talk.message(talk.bob, first)).toMatchObject({ text: 'hello', rev: first.rev + 1 });
    expect((await talk.chat(talk.bob, talk.groupId)).lastMessage).toMatchObject({
      system: { kind: 'member_removed', userIds: [talk.bob.id] },
    });
    expect((await talk.behind(talk.bob, talk.groupId, 0))[0]).toMatchObject({ text: 'hello' });
    expect((await talk.ok(talk.bob, 'get', path('/edits'))).items).toMatchObject([{ text: 'helo' }]);
    await talk.expectSilence(talk.bob);

    await talk.add(talk.eve);
    await talk.quiet();
    await edit('hello again');
    await talk.phone(talk.cat).next('message_edited');
    await talk.expectSilence(talk.eve);
    await talk.refused('NOT_FOUND', talk.eve, 'get', path('/edits'));
    expect(await talk.behind(talk.eve, talk.groupId, 1)).toEqual([]);

    await talk.add(talk.bob);
    expect(await talk.message(talk.bob, first)).toMatchObject({ text: 'hello again' });
  });

  it('should change what is written below files by the same rules, and add it where there was nothing', async () => {
    const photo = await upload(app, talk.ann, await imageOf());
    const sent = await talk.send(talk.ann, talk.groupId, { attachmentIds: [photo.id] });
    const answer = await talk.send(talk.bob, talk.groupId, { text: 'nice', replyToId: sent.id });
    expect(answer.replyTo).toEqual({ messageId: sent.id, senderId: talk.ann.id, type: 'image', text: '' });
    const caption = (user: TestUser, text: string) =>
      talk.call(user, 'patch', `/api/messages/${sent.id}`, { text });
    await talk.quiet();

    const { body: edited } = await caption(talk.ann, 'at the see');
    const { body: again } = await caption(talk.ann, 'at the sea');

    const changed = { text: 'at the sea', rev: edited.rev + 1, editedAt: expect.any(String) as unknown };
    expect(again).toEqual(Object.assign({}, sent, changed));
    expect(again.attachments).toEqual([photo]);
    expect(await talk.phone(talk.cat).count('message_edited', 2)).toEqual([edited, again]);
    expect(await talk.behind(talk.cat, talk.groupId, edited.rev)).toContainEqual(again);
    expect((await talk.message(talk.cat, answer)).replyTo).toMatchObject({
      type: 'image',
      text: 'at the sea',
    });
    const { items } = await talk.ok(talk.bob, 'get', `/api/messages/${sent.id}/edits`);
    expect(items.map(({ text }: { text: string }) => text)).toEqual(['', 'at the see']);
    await talk.expectSilence(talk.eve);

    expect(await caption(talk.bob, 'mine')).toMatchObject({ status: 403 });
    expect(await caption(talk.eve, 'mine')).toMatchObject({ status: 404 });
    app.clock.advance(15 * 60_000 + 1);
    expect(await caption(await app.login(talk.ann.email), 'late')).toMatchObject({ status: 403 });
  });

  it.each([
    ['a place', { location: { latitude: 1, longitude: 2 } }],
    ['a card', { contact: { name: 'Cleo' } }],
    ['a poll', { poll: { question: 'When?', options: ['now', 'later'] } }],
  ])('should refuse it for %s', async (_, content) => {
    const sent = await talk.send(talk.ann, talk.groupId, content);

    await talk.refused('FORBIDDEN', talk.ann, 'patch', `/api/messages/${sent.id}`, { text: 'other' });

    expect(await talk.message(talk.bob, sent)).toEqual(sent);
  });

  it('should answer a retry of the send with the message, and other content with CONFLICT', async () => {
    const send = (text: string) => {
      return talk.call(talk.ann, 'post', `/api/chats/${talk.groupId}/messages`, {
        clientMessageId: 'k',
        text,
      });
    };
    const { body } = await send('one');
    const edited = await talk.ok(talk.ann, 'patch', `/api/messages/${body.id}`, { text: 'two' });

    expect(await send('one')).toEqual({ status: 200, body: edited });
    expect(await send('two')).toMatchObject({ status: 409 });
  });
});
