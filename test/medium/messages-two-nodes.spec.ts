import { randomBytes } from 'node:crypto';

import { Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { Conversation } from '../support/conversation.js';
import { createTestApp, databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';
import { SeededRandom } from '../support/seeded-random.js';

describe('changing messages on two nodes at once', () => {
  let nodes: [TestApp, TestApp];
  let talk: Conversation;
  let first: MessageView;

  beforeAll(async () => {
    const settings = {
      MONGODB_URI: databaseUri(`changes_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
      RATE_LIMITS: 'off',
    };
    nodes = [await createTestApp(settings), await createTestApp(settings)];
  });

  afterAll(async () => {
    await nodes[0].connection.dropDatabase();
    await Promise.all(nodes.map((node) => node.close()));
  });

  beforeEach(async () => {
    talk = await Conversation.open(nodes[0]);
    first = await talk.send(talk.ann, talk.groupId, 'hello');
  });

  const on = (
    node: TestApp,
    user: TestUser,
    method: 'put' | 'patch' | 'delete' | 'post',
    path: string,
    body?: object,
  ) => node.http[method](`/api/messages/${first.id}${path}`).set(user.auth).send(body);

  const changes = () =>
    nodes[0].connection
      .collection('messages')
      .find({ messageId: new Types.ObjectId(first.id) })
      .sort({ rev: 1 })
      .toArray();

  /** What each node answers of the chat, to each member. */
  async function everywhere(): Promise<MessageView[]> {
    const answers: MessageView[] = [];
    for (const node of nodes) {
      for (const user of [talk.ann, talk.bob]) {
        const { body } = await node.http
          .get(`/api/chats/${talk.groupId}/messages`)
          .set(user.auth)
          .expect(200);
        const { items } = body as { items: MessageView[] };
        answers.push(items.find(({ id }) => id === first.id) as MessageView);
        const synced = await node.http
          .post('/api/sync')
          .set(user.auth)
          .send({ chats: { [talk.groupId]: 1 } });
        const { chats } = synced.body as { chats: { chat: { id: string }; messages: MessageView[] }[] };
        const entry = chats.find(({ chat }) => chat.id === talk.groupId);
        answers.push(entry?.messages.find(({ id }) => id === first.id) as MessageView);
      }
    }
    return answers;
  }

  it('should agree on all reactions, and take no rev for the same again', async () => {
    const users = [talk.ann, talk.bob, talk.cat];
    const answers = await Promise.all(
      nodes.flatMap((node) =>
        users.flatMap((user) => [1, 2].map(() => on(node, user, 'put', '/reaction', { emoji: '👍' }))),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [view, ...others] = await everywhere();
    expect(view?.reactions[0]?.userIds.toSorted()).toEqual(users.map(({ id }) => id).toSorted());
    for (const other of others) expect(other).toEqual(view);
    expect(await changes()).toHaveLength(3);
  });

  it('should agree on one text, and store none after the deletion', async () => {
    const answers = await Promise.all([
      ...nodes.flatMap((node) =>
        [1, 2, 3].map((n) => on(node, talk.ann, 'patch', '', { text: `text ${n}` })),
      ),
      ...nodes.map((node) => on(node, talk.ann, 'delete', '?for=everyone')),
    ]);

    for (const { status } of answers) expect([200, 410]).toContain(status);
    const [view, ...others] = await everywhere();
    expect(view).toMatchObject({ text: '', deletedAt: expect.any(String) as unknown });
    for (const other of others) expect(other).toEqual(view);
    const rows = await changes();
    expect(rows.at(-1)?.change).toEqual({ type: 'deleted' });
    expect(rows.filter(({ change }) => change.type === 'deleted')).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('text ');
  });

  it('should pin three of many', async () => {
    const messages = [first];
    for (let n = 0; n < 7; n += 1) messages.push(await talk.send(talk.ann, talk.groupId, `${n}`));

    const answers = await Promise.all(
      messages.map(({ id }, n) =>
        (nodes[n % 2] as TestApp).http.put(`/api/messages/${id}/pin`).set(talk.ann.auth),
      ),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
    const pinned = (await talk.history(talk.bob, talk.groupId)).filter((message) => message.pinned);
    expect(pinned).toHaveLength(3);
  });

  it('should answer a retry through the other node with the message as it is', async () => {
    const send = (node: TestApp, text: string) =>
      node.http
        .post(`/api/chats/${talk.groupId}/messages`)
        .set(talk.ann.auth)
        .send({ clientMessageId: 'k', text });
    const { body } = await send(nodes[0], 'one');
    const edited = await talk.ok(talk.ann, 'patch', `/api/messages/${body.id}`, { text: 'two' });

    expect(await send(nodes[1], 'one')).toMatchObject({ status: 200, body: edited });
    expect(await send(nodes[1], 'two')).toMatchObject({ status: 409 });
    const deleted = await talk.ok(talk.ann, 'delete', `/api/messages/${body.id}?for=everyone`);
    for (const node of nodes) expect(await send(node, 'one')).toMatchObject({ status: 200, body: deleted });
  });

  for (const seed of SeededRandom.seeds(2)) {
    it(`should bring a device that was away to where one is that asks anew (SEED=${seed})`, async () => {
      const random = new SeededRandom(seed);
      const users = [talk.ann, talk.bob, talk.cat];
      const messages = [first];
      const held = new Map<string, MessageView>([[first.id, first]]);
      let rev = first.rev;
      const catchUp = async () => {
        for (;;) {
          const { chats } = await talk.sync(
            talk.cat,
            { [talk.groupId]: rev },
            { limit: 1 + random.below(5) },
          );
          const entry = chats.find(({ chat }: any) => chat.id === talk.groupId);
          if (!entry) return;
          for (const message of entry.messages) held.set(message.id, message);
          rev = entry.rev;
        }
      };

      for (let step = 0; step < 25; step += 1) {
        await Promise.all(
          Array.from({ length: 1 + random.below(4) }, () =>
            act(random, random.pick(nodes), random.pick(users), messages),
          ),
        );
        if (random.chance(0.2)) await catchUp();
      }
      await catchUp();

      const all = await talk.history(talk.cat, talk.groupId);
      expect([...held.values()].toSorted((a, b) => a.seq - b.seq)).toEqual(all);
    }, 60_000);
  }

  /** Something that somebody does, or tries to. */
  async function act(
    random: SeededRandom,
    node: TestApp,
    user: TestUser,
    messages: MessageView[],
  ): Promise<void> {
    const { id } = random.pick(messages);
    const path = `/api/messages/${id}`;
    const dice = random.next();
    const request =
      dice < 0.3
        ? node.http.post(`/api/chats/${talk.groupId}/messages`).send({
            clientMessageId: randomBytes(6).toString('hex'),
            text: 'new',
            ...(random.chance(0.4) && { replyToId: id }),
          })
        : dice < 0.55
          ? node.http.put(`${path}/reaction`).send({ emoji: random.pick(['👍', '❤️']) })
          : dice < 0.65
            ? node.http.delete(`${path}/reaction`)
            : dice < 0.8
              ? node.http.patch(path).send({ text: random.pick(['a', 'b']) })
              : dice < 0.9
                ? node.http.put(`${path}/pin`)
                : node.http.delete(`${path}?for=everyone`);
    const { status, body } = await request.set(user.auth);
    expect(status).toBeLessThan(500);
    if (status === 201) messages.push(body as MessageView);
  }
});
