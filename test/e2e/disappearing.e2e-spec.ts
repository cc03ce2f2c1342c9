import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { TestApp } from '../support/create-test-app.js';
import { GroupScene } from '../support/group-scene.js';

const DAY = 86_400;

describe('messages that disappear', () => {
  let app: TestApp;
  let group: GroupScene;

  beforeAll(async () => {
    app = await GroupScene.createApp();
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    group = await GroupScene.open(app);
  });

  const lifeOf = ({ expiresAt, createdAt }: { expiresAt?: string; createdAt?: string }) =>
    (Date.parse(String(expiresAt)) - Date.parse(String(createdAt))) / 1000;

  it('should be gone at their very moment for API, list, sync and retry, and keep their place', async () => {
    const sent = { clientMessageId: 'soon', text: 'secret', expiresInSeconds: 60 };
    const { body: message } = await group.post(group.owner, '/messages', sent).expect(201);
    const { expiresAt } = message as { expiresAt: string };
    const seen = async () => {
      const [history, chat, list, sync, retry] = await Promise.all([
        group.get(group.member, '/messages').expect(200),
        group.get(group.member).expect(200),
        app.http.get('/api/chats').set(group.member.auth).expect(200),
        app.http.post('/api/sync').set(group.member.auth).send({ chats: {} }).expect(200),
        group.post(group.owner, '/messages', sent).expect(200),
      ]);
      return [history, chat, list, sync, retry].map(({ text }) => text.includes('secret'));
    };

    app.clock.advance(Date.parse(expiresAt) - app.clock.nowMs() - 5_000);
    expect(await seen()).toEqual([true, true, true, true, true]);
    app.clock.advance(Date.parse(expiresAt) - app.clock.nowMs());
    expect(await seen()).toEqual([false, false, false, false, false]);

    const last = (await group.history(group.member)).at(-1);
    expect(last).toMatchObject({ seq: 4, text: '', attachments: [], type: 'text', expiresAt });
  });

  it('should take their stars along at that moment, and not when they are swept', async () => {
    const { id, expiresAt } = await group.send(group.owner, 'soon gone', { expiresInSeconds: 60 });
    await app.http.put(`/api/messages/${id}/star`).set(group.member.auth).expect(200);
    const isStarred = async () => {
      const last = (await group.history(group.member)).at(-1);
      const { body: chat } = await group.get(group.member).expect(200);
      const sync = await app.http.post('/api/sync').set(group.member.auth).send({ chats: {} }).expect(200);
      const [synced] = sync.body.chats as { messages: { id: string; starred?: boolean }[] }[];
      const among = synced?.messages.find((message) => message.id === id);
      return [last, chat.lastMessage, among].map(({ starred = false }) => starred as boolean);
    };

    app.clock.advance(Date.parse(String(expiresAt)) - app.clock.nowMs() - 5_000);
    expect(await isStarred()).toEqual([true, true, true]);
    app.clock.advance(Date.parse(String(expiresAt)) - app.clock.nowMs());
    expect(await isStarred()).toEqual([false, false, false]);
  });

  it('should live as long as the chat says at their place, and not what was sent before', async () => {
    const before = await group.send(group.member, 'stays');
    await group.patch(group.owner, { settings: { disappearingSeconds: DAY } }).expect(200);
    const during = await group.send(group.member, 'a day');
    await group.patch(group.owner, { settings: { disappearingSeconds: 0 } }).expect(200);
    const after = await group.send(group.member, 'stays too');

    expect(lifeOf(during)).toBe(DAY);
    expect([before.expiresAt, after.expiresAt]).toEqual([undefined, undefined]);
    app.clock.advance(DAY * 1000 + 1000);
    const again = await app.login(group.member.email);
    expect(await group.texts(again)).toEqual(['stays', '', 'stays too']);
  });

  it('should live as long as the sender says where that is shorter', async () => {
    await group.patch(group.owner, { settings: { disappearingSeconds: DAY } }).expect(200);

    expect(lifeOf(await group.send(group.member, 'short', { expiresInSeconds: 5 }))).toBe(5);
    expect(lifeOf(await group.send(group.member, 'long', { expiresInSeconds: 2 * DAY }))).toBe(DAY);
  });

  it('should be sent by socket alike, with the moment for all to know', async () => {
    const [phone, memberPhone] = await Promise.all([app.connectAs(group.owner), app.connectAs(group.member)]);
    const sent = { chatId: group.chatId, clientMessageId: 'x', text: 'x', expiresInSeconds: 30 };

    const { message } = (await phone.ok('new_message', sent)) as { message: { expiresAt: string } };

    expect(lifeOf(message)).toBe(30);
    expect(await memberPhone.next('receive_message')).toEqual(message);
    for (const expiresInSeconds of [0, -1, 1.5, 7_776_001, '5'])
      await phone.refusal('VALIDATION', 'new_message', { ...sent, clientMessageId: 'y', expiresInSeconds });
    await phone.refusal('CONFLICT', 'new_message', { ...sent, expiresInSeconds: 31 });
  });

  it('should tell in an answer when what it quotes is gone, also to who never saw that', async () => {
    const quoted = await group.send(group.owner, 'secret', { expiresInSeconds: 60 });
    await group.add(group.owner, group.stranger).expect(201);
    const { id } = await group.send(group.owner, 'answer', { replyToId: quoted.id });
    const answer = async () => {
      const found = (await group.history(group.stranger)).find((message) => message.id === id);
      return (found as unknown as { replyTo: object }).replyTo;
    };

    expect(await answer()).toMatchObject({ text: 'secret', expiresAt: quoted.expiresAt });
    app.clock.advance(61_000);
    expect(await answer()).toMatchObject({ text: '', expiresAt: quoted.expiresAt });
  });

  it("should not take the server's own messages with them", async () => {
    await group.patch(group.owner, { settings: { disappearingSeconds: DAY } }).expect(200);
    await group.add(group.owner, group.stranger).expect(201);
    app.clock.advance(DAY * 1000 + 1000);
    const again = await app.login(group.member.email);

    expect((await group.history(again)).map(({ system }) => system?.kind)).toEqual([
      'group_created',
      'role',
      'member_removed',
      'settings',
      'member_added',
    ]);
  });

  it('should be gone for who is told of them later: a report holds no text', async () => {
    const { id } = await group.send(group.owner, 'secret', { expiresInSeconds: 1 });
    app.clock.advance(2000);

    await app.http
      .post('/api/reports')
      .set(group.member.auth)
      .send({ messageId: id, reason: 'spam' })
      .expect(201);

    const stored = await app.connection.collection('reports').find().toArray();
    expect(JSON.stringify(stored)).not.toContain('secret');
  });
});
