import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const POLL = { question: 'When?', options: ['Saturday', 'Sunday', 'Never'] };

describe('forwarding, and messages that are no text', () => {
  let app: TestApp;
  let talk: Conversation;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    talk = await Conversation.open(app);
    await talk.quiet();
  });

  const forward = (messageIds: string[], chatIds: string[]) =>
    talk.call(talk.bob, 'post', '/api/messages/forward', { messageIds, chatIds });

  it('should pass content on as new messages that say how often', async () => {
    const first = await talk.send(talk.ann, talk.groupId, { text: 'news', mentions: [talk.bob.id] });
    const where = await talk.send(talk.ann, talk.groupId, { location: { latitude: 1.5, longitude: -2 } });

    const { status, body } = await forward([first.id, where.id], [talk.directId, talk.groupId]);

    expect(status).toBe(201);
    expect(body.items).toMatchObject([
      { chatId: talk.directId, senderId: talk.bob.id, text: 'news', forwarded: { count: 1 }, mentions: [] },
      { chatId: talk.directId, type: 'location', location: { latitude: 1.5, longitude: -2 } },
      { chatId: talk.groupId, text: 'news' },
      { chatId: talk.groupId, type: 'location' },
    ]);
    expect(await talk.phone(talk.ann).count('receive_message', 4, ({ forwarded }) => forwarded)).toHaveLength(
      4,
    );
    const again = await forward([body.items[0].id], [talk.directId]);
    expect(again.body.items).toMatchObject([{ forwarded: { count: 2 } }]);
  });

  it('should send nothing twice for one Idempotency-Key', async () => {
    const first = await talk.send(talk.ann, talk.groupId, 'news');
    const send = () =>
      app.http
        .post('/api/messages/forward')
        .set(talk.bob.auth)
        .set('Idempotency-Key', 'k')
        .send({ messageIds: [first.id], chatIds: [talk.directId] });

    const [one, two] = await Promise.all([send(), send()]);
    const three = await send();

    expect([one.status, two.status].toSorted()).toEqual([200, 201]);
    expect(three.status).toBe(200);
    expect(three.body.items[0].id).toBe(one.body.items[0].id);
    expect(await talk.history(talk.ann, talk.directId)).toHaveLength(1);
  });

  it('should answer a retry with what was sent, whatever has become of its source', async () => {
    const [news, other] = [
      await talk.send(talk.ann, talk.groupId, 'news'),
      await talk.send(talk.ann, talk.groupId, 'other'),
    ];
    const send = (messageIds: string[]) =>
      app.http
        .post('/api/messages/forward')
        .set(talk.bob.auth)
        .set('Idempotency-Key', 'k')
        .send({ messageIds, chatIds: [talk.directId] });
    const first = await send([news.id]).expect(201);
    await talk.ok(talk.ann, 'patch', `/api/messages/${news.id}`, { text: 'old news' });

    const edited = await send([news.id]).expect(200);
    await talk.ok(talk.ann, 'delete', `/api/messages/${news.id}?for=everyone`);
    const deleted = await send([news.id]).expect(200);
    const rest = await send([news.id, other.id]).expect(201);

    expect(edited.body).toEqual(first.body);
    expect(deleted.body).toEqual(first.body);
    expect(rest.body.items).toMatchObject([{ id: first.body.items[0].id }, { text: 'other' }]);
    expect(await talk.history(talk.ann, talk.directId)).toHaveLength(2);
  });

  it('should check all before it sends any', async () => {
    const first = await talk.send(talk.ann, talk.groupId, 'news');
    const foreign = await app.group(talk.ann, [talk.cat]);
    const hidden = await talk.send(talk.ann, foreign, 'secret');
    const gone = await talk.send(talk.ann, talk.groupId, 'gone');
    await talk.ok(talk.ann, 'delete', `/api/messages/${gone.id}?for=everyone`);
    await talk.quiet();

    expect((await forward([first.id, hidden.id], [talk.directId])).status).toBe(404);
    expect((await forward([first.id], [talk.directId, foreign])).status).toBe(404);
    expect((await forward([first.id, gone.id], [talk.directId])).status).toBe(410);
    await talk.ok(talk.ann, 'put', `/api/blocks/${talk.bob.id}`);
    expect((await forward([first.id], [talk.groupId, talk.directId])).status).toBe(403);

    await talk.expectSilence();
    expect(await talk.history(talk.bob, talk.directId)).toEqual([]);
  });

  it('should carry places and cards', async () => {
    const contact = { name: 'Cat', userId: talk.cat.id, phone: '+49301234567' };
    const card = await talk.send(talk.ann, talk.groupId, { type: 'contact', contact });
    const place = await talk.send(talk.ann, talk.groupId, {
      location: { latitude: 52.5, longitude: 13.4, name: 'Gate' },
      text: 'here',
    });

    expect(card).toMatchObject({ type: 'contact', contact, text: '' });
    expect(place).toMatchObject({ type: 'location', text: 'here', location: { name: 'Gate' } });
    expect(await talk.history(talk.bob, talk.groupId)).toEqual([card, place]);
  });

  it('should refuse contents that do not go together', async () => {
    const location = { latitude: 1, longitude: 2 };
    const bad = [
      {},
      { type: 'poll' },
      { type: 'location' },
      { type: 'text', text: 'x', poll: POLL },
      { text: 'x', poll: POLL, location },
      { location: { latitude: 91, longitude: 0 } },
      { location: { latitude: '1', longitude: 0 } },
      { poll: { ...POLL, options: ['one'] } },
      { poll: { ...POLL, options: ['one', 'one'] } },
      { poll: { ...POLL, options: Array.from({ length: 13 }, (_, n) => `${n}`) } },
      { poll: { ...POLL, extra: 1 } },
      { contact: { phone: '1' } },
      { type: 'system', text: 'x' },
    ];
    for (const content of bad)
      await talk.refused('VALIDATION', talk.ann, 'post', `/api/chats/${talk.groupId}/messages`, {
        clientMessageId: 'bad',
        ...content,
      });

    await talk.expectSilence();
  });

  const poll = async (more: object = {}): Promise<any> =>
    talk.send(talk.ann, talk.groupId, { poll: { ...POLL, ...more } });
  const vote = (message: MessageView, optionIds: string[], user = talk.bob) =>
    talk.call(user, 'post', `/api/messages/${message.id}/votes`, { optionIds });

  it('should count votes, which change and can be taken back', async () => {
    const message = await poll();
    const [saturday, sunday] = message.poll.options.map(({ id }: { id: string }) => id) as [string, string];
    expect(message).toMatchObject({ type: 'poll', poll: { question: 'When?', multiple: false } });

    await vote(message, [saturday], talk.cat);
    await vote(message, [saturday]);
    const payload = { messageId: message.id, optionIds: [sunday] };
    const voted = (await talk.phone(talk.bob).ok('vote_poll', payload)).message;

    expect(voted.poll.options).toMatchObject([
      { text: 'Saturday', votes: 1, userIds: [talk.cat.id] },
      { text: 'Sunday', votes: 1, userIds: [talk.bob.id] },
      { text: 'Never', votes: 0, userIds: [] },
    ]);
    const events = await talk.phone(talk.ann).count('poll_voted', 3);
    expect(events[2]).toEqual({
      chatId: talk.groupId,
      messageId: message.id,
      rev: voted.rev,
      poll: voted.poll,
    });
    expect(await talk.behind(talk.cat, talk.groupId, message.rev)).toEqual([voted]);
    await talk.quiet();
    expect((await vote(message, [sunday])).body).toEqual(voted);
    await talk.expectSilence();
    expect((await vote(message, [])).body.poll.options[1].votes).toBe(0);
  });

  it('should take several votes only where the poll does, and only for its options', async () => {
    const single = await poll();
    const multiple = await poll({ multiple: true });
    const ids = (message: any) => message.poll.options.map(({ id }: { id: string }) => id) as string[];

    expect((await vote(single, ids(single).slice(0, 2))).status).toBe(400);
    expect((await vote(single, ['f'.repeat(24)])).status).toBe(400);
    expect((await vote(multiple, ids(multiple).slice(1))).status).toBe(200);
    const text = await talk.send(talk.ann, talk.groupId, 'no poll');
    expect((await vote(text, [])).status).toBe(403);
    expect((await vote(single, [], talk.eve)).status).toBe(404);
    await talk.remove(talk.cat);
    expect((await vote(single, [], talk.cat)).status).toBe(403);
  });

  it('should forward a poll without its votes', async () => {
    const message = await poll();
    await vote(message, [message.poll.options[0].id]);

    const { body } = await forward([message.id], [talk.directId]);

    expect(body.items[0].poll).toMatchObject({ question: 'When?', options: [{ votes: 0 }, {}, {}] });
    expect(body.items[0].poll.options[0].id).not.toBe(message.poll.options[0].id);
  });
});
