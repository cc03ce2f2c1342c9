import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

describe('replies and mentions', () => {
  let app: TestApp;
  let talk: Conversation;
  let first: MessageView;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    first = await talk.send(talk.ann, talk.groupId, 'shall we?');
  });

  const reply = (replyToId = first.id, chatId = talk.groupId) =>
    talk.send(talk.bob, chatId, { text: 'yes', replyToId });

  it('should quote the message, to all', async () => {
    const answer = await reply();

    expect(answer.replyTo).toEqual({
      messageId: first.id,
      senderId: talk.ann.id,
      text: 'shall we?',
      type: 'text',
    });
    expect(await talk.phone(talk.cat).next('receive_message', ({ text }) => text === 'yes')).toEqual(answer);
    expect(await talk.message(talk.cat, answer)).toEqual(answer);
  });

  it('should bring by sync all that quotes what was changed, in parts where that is much', async () => {
    const quoted = [first, await talk.send(talk.ann, talk.groupId, 'or not?')];
    quoted.push(await talk.send(talk.ann, talk.groupId, 'and when?'));
    const answers: MessageView[] = [];
    for (let n = 0; n < 10; n += 1)
      for (const { id } of quoted)
        answers.push(...(await Promise.all(Array.from({ length: 8 }, () => reply(id)))));
    const { rev } = await talk.chat(talk.bob, talk.groupId);
    for (const { id } of quoted) await talk.ok(talk.ann, 'patch', `/api/messages/${id}`, { text: 'changed' });

    const brought = new Set<string>();
    let cursor: string | null = null;
    let parts = 0;
    do {
      const body: object = cursor === null ? {} : { cursor };
      const part = await talk.sync(talk.bob, { [talk.groupId]: rev }, body);
      for (const { messages } of part.chats)
        for (const { id, replyTo } of messages as MessageView[])
          if (replyTo?.text === 'changed') brought.add(id);
      cursor = part.nextCursor as string | null;
      parts += 1;
    } while (cursor !== null);

    expect(answers.filter(({ id }) => !brought.has(id))).toEqual([]);
    expect(brought.size).toBe(240);
    expect(parts).toBeGreaterThan(1);
  });

  it('should cut a long quote by characters', async () => {
    const long = await talk.send(talk.ann, talk.groupId, '😀'.repeat(500));

    expect((await reply(long.id)).replyTo?.text).toBe('😀'.repeat(200));
  });

  it('should follow what becomes of the message', async () => {
    const answer = await reply();
    const path = `/api/messages/${first.id}`;
    await talk.ok(talk.ann, 'patch', path, { text: 'shall we go?' });

    const edited = await talk.message(talk.cat, answer);
    expect(edited.replyTo.text).toBe('shall we go?');
    expect(await talk.behind(talk.cat, talk.groupId, answer.rev)).toEqual(
      expect.arrayContaining([edited, expect.objectContaining({ id: first.id })]),
    );

    await talk.ok(talk.ann, 'delete', `${path}?for=everyone`);
    const { replyTo } = await talk.message(talk.cat, answer);
    expect(replyTo).toEqual({ messageId: first.id, senderId: talk.ann.id, text: '', type: 'text' });
  });

  it('should never keep the words of a message that is being deleted', async () => {
    const [, ...answers] = await Promise.all([
      talk.ok(talk.ann, 'delete', `/api/messages/${first.id}?for=everyone`),
      ...Array.from({ length: 10 }, (_, n) =>
        talk.call(talk.bob, 'post', `/api/chats/${talk.groupId}/messages`, {
          clientMessageId: `race ${n}`,
          text: 'yes',
          replyToId: first.id,
        }),
      ),
    ]);

    for (const { status } of answers) expect([201, 400]).toContain(status);
    for (const { replyTo } of await talk.history(talk.cat, talk.groupId))
      expect(replyTo?.text ?? '').toBe('');
  });

  it('should refuse to quote what is elsewhere, gone or unseen', async () => {
    const elsewhere = await talk.send(talk.ann, talk.directId, 'secret');
    const refused = (replyToId: string) =>
      talk.refused('VALIDATION', talk.cat, 'post', `/api/chats/${talk.groupId}/messages`, {
        clientMessageId: 'x',
        text: 'x',
        replyToId,
      });
    await refused(elsewhere.id);
    await refused('f'.repeat(24));
    await talk.ok(talk.cat, 'delete', `/api/messages/${first.id}?for=me`);
    await refused(first.id);
    await talk.phone(talk.eve).refusal('NOT_FOUND', 'new_message', {
      chatId: talk.groupId,
      text: 'x',
      replyToId: first.id,
    });
  });

  it('should know a retry by what it answers', async () => {
    const send = (replyToId?: string) =>
      talk.call(talk.bob, 'post', `/api/chats/${talk.groupId}/messages`, {
        clientMessageId: 'k',
        text: 'yes',
        replyToId,
      });
    const { body } = await send(first.id);

    expect(await send(first.id)).toEqual({ status: 200, body });
    expect((await send()).status).toBe(409);
    await talk.ok(talk.ann, 'delete', `/api/messages/${first.id}?for=everyone`);
    expect(await send(first.id)).toMatchObject({ status: 200, body: { id: body.id, replyTo: { text: '' } } });
  });

  it('should mention members, and nobody else', async () => {
    const mentions = [talk.ann.id, talk.cat.id];
    const sent = await talk.send(talk.bob, talk.groupId, { text: '@ann @cat', mentions });

    expect(sent.mentions).toEqual(mentions);
    expect(await talk.message(talk.cat, sent)).toEqual(sent);
    for (const bad of [[talk.eve.id], [talk.ann.id, talk.eve.id], ['x'], [talk.ann.id, talk.ann.id]]) {
      const body = { clientMessageId: 'x', text: 'x', mentions: bad };
      const error = await talk.refused(
        'VALIDATION',
        talk.bob,
        'post',
        `/api/chats/${talk.groupId}/messages`,
        body,
      );
      expect(error.details[0].field).toBe('mentions');
    }
    expect(await talk.history(talk.bob, talk.groupId)).toHaveLength(2);
  });
});
