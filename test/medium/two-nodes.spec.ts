import { randomBytes } from 'node:crypto';

import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, databaseUri, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { TestSocket } from '../support/test-socket.js';

interface Message {
  id: string;
  seq: number;
  clientMessageId: string;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('two nodes on one database', () => {
  let nodes: [TestApp, TestApp];
  let a: TestApp;
  let b: TestApp;

  beforeAll(async () => {
    const settings = {
      MONGODB_URI: databaseUri(`two_nodes_${randomBytes(4).toString('hex')}`),
      JWT_SECRET: randomBytes(32).toString('hex'),
      RATE_LIMITS: 'off',
    };
    a = await createTestApp(settings);
    b = await createTestApp(settings);
    nodes = [a, b];
  });

  afterAll(async () => {
    await a.connection.dropDatabase();
    await Promise.all(nodes.map((node) => node.close()));
  });

  const rows = (chatId: string, kind?: string) =>
    a.connection
      .collection('messages')
      .find({ chatId: new Types.ObjectId(chatId), ...(kind && { kind }) })
      .sort({ rev: 1 })
      .toArray();

  const send = async (
    node: TestApp,
    user: TestUser,
    chatId: string,
    clientMessageId: string,
    text = 'hi',
  ) => {
    const { status, body } = await node.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId, text });
    return { status, body: body as Message & { error?: { code: string } } };
  };

  /** The node has the chat's state cached from here on. */
  const warmUp = async (node: TestApp, user: TestUser, chatId: string) => {
    const { status } = await send(node, user, chatId, `warm ${randomBytes(4).toString('hex')}`);
    expect(status).toBe(201);
  };

  it('should number what both store in the same chats without a hole', async () => {
    const users = await a.users(4);
    const [owner, ...others] = users as [TestUser, ...TestUser[]];
    const chatIds = await Promise.all(upTo(3).map((n) => a.group(owner, others, `group ${n}`)));
    const sockets: TestSocket[] = [];
    for (const node of nodes) for (const user of users) sockets.push(await node.connectAs(user));

    const perSocket = await Promise.all(
      sockets.map((socket, s) =>
        Promise.all(
          upTo(12).flatMap((n) =>
            chatIds.map(async (chatId) => {
              const sent = { chatId, clientMessageId: `${s}-${n}`, text: `${n}` };
              const { message } = (await socket.ok('new_message', sent)) as { message: Message };
              return { chatId, seq: message.seq };
            }),
          ),
        ),
      ),
    );

    for (const chatId of chatIds) {
      const stored = await rows(chatId);
      expect(stored.map(({ rev }) => rev as number)).toEqual(upTo(8 * 12 + 1));
      // The first one is the server's own, of the group's creation.
      expect(stored.map(({ seq }) => seq as number)).toEqual(upTo(8 * 12 + 1));
      for (const sent of perSocket) {
        const seqs = sent.filter((one) => one.chatId === chatId).map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.toSorted((x, y) => x - y));
      }
    }
  });

  it('should store a send once that both get in parallel, and answer both with it', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const chatId = await a.directChat(ann, bob);

    const answers = await Promise.all(
      upTo(20).flatMap((n) => nodes.map((node) => send(node, ann, chatId, `both ${n}`, `text ${n}`))),
    );

    const ids = new Map<string, Set<string>>();
    for (const { status, body } of answers) {
      expect([200, 201]).toContain(status);
      ids.set(body.clientMessageId, (ids.get(body.clientMessageId) ?? new Set()).add(body.id));
    }
    expect([...ids.values()].map(({ size }) => size)).toEqual(upTo(20).map(() => 1));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect((await rows(chatId, 'message')).map(({ seq }) => seq as number)).toEqual(upTo(20));
    expect((await send(b, ann, chatId, 'both 1', 'other')).status).toBe(409);
  });

  it('should go on behind a retry that another node had stored', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const chatId = await a.directChat(ann, bob);
    await send(a, ann, chatId, 'outbox 1', 'hi');
    const phone = await b.connectAs(ann);

    // An outbox sent again after a reconnect to another node.
    const sent = await Promise.all(
      upTo(5).map((n) => phone.ok('new_message', { chatId, clientMessageId: `outbox ${n}`, text: 'hi' })),
    );

    expect(sent.map(({ message }: { message: Message }) => message.seq)).toEqual(upTo(5));
  });

  it('should refuse a member whom another node has removed, and store nothing', async () => {
    const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await a.group(ann, [bob, cat]);
    await warmUp(b, bob, chatId);
    const phone = await b.connectAs(bob);

    await a.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    const before = await rows(chatId);

    expect(await send(b, bob, chatId, 'late')).toMatchObject({
      status: 403,
      body: { error: { code: 'FORBIDDEN' } },
    });
    await phone.refusal('FORBIDDEN', 'new_message', { chatId, clientMessageId: 'late 2', text: 'late' });
    await b.http
      .post(`/api/chats/${chatId}/members`)
      .set(bob.auth)
      .send({ userIds: [bob.id] })
      .expect(403);
    expect(await rows(chatId)).toEqual(before);
  });

  it('should decide each send that races with a removal by its place in the log', async () => {
    const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await a.group(ann, [bob, cat]);
    await warmUp(b, bob, chatId);

    const [removal, ...answers] = await Promise.all([
      a.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth),
      ...upTo(30).map((n) => send(b, bob, chatId, `race ${n}`)),
    ]);

    expect(removal.status).toBe(204);
    const stored = await rows(chatId);
    const removedAt = stored.findIndex(({ kind }) => kind === 'member_removed');
    const ofBob = stored.flatMap((row, i) => (String(row.senderId) === bob.id ? [i] : []));
    expect(ofBob.filter((i) => i > removedAt)).toEqual([]);
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(ofBob.length - 1); // but the one that warmed up
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(30 - accepted.length);
  });

  it('should admit a member whom another node has just added or made admin', async () => {
    const [ann, bob, cat, dan] = (await a.users(4)) as [TestUser, TestUser, TestUser, TestUser];
    const chatId = await a.group(ann, [bob]);
    await warmUp(b, bob, chatId);
    const members = `/api/chats/${chatId}/members`;

    await a.http
      .post(members)
      .set(ann.auth)
      .send({ userIds: [cat.id] })
      .expect(201);
    expect((await send(b, cat, chatId, 'first')).status).toBe(201);

    await a.http
      .post(members)
      .set(ann.auth)
      .send({ userIds: [dan.id] })
      .expect(201);
    const phone = await b.connectAs(dan);
    await phone.ok('typing', { chatId });
    await phone.ok('message_read', { chatId, seq: 2 });

    await a.http.patch(`${members}/${bob.id}`).set(ann.auth).send({ role: 'admin' }).expect(200);
    await b.http.delete(`${members}/${dan.id}`).set(bob.auth).expect(204);
    await a.http
      .post(members)
      .set(ann.auth)
      .send({ userIds: [dan.id] })
      .expect(201);
    expect((await send(b, dan, chatId, 'back')).status).toBe(201);
  });

  it('should add again whom another node has removed, however the state is cached', async () => {
    const [ann, bob, cat] = (await a.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await a.group(ann, [bob, cat]);
    await warmUp(b, ann, chatId);

    await a.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    await b.http
      .post(`/api/chats/${chatId}/members`)
      .set(ann.auth)
      .send({ userIds: [bob.id] })
      .expect(201);

    expect((await send(a, bob, chatId, 'here again')).status).toBe(201);
  });

  it('should make one chat of two that both sides open on both nodes at once', async () => {
    for (const round of upTo(5)) {
      const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
      const open = (node: TestApp, user: TestUser, other: TestUser) =>
        node.http.post('/api/chats').set(user.auth).send({ type: 'direct', userId: other.id });

      const answers = await Promise.all([
        ...nodes.map((node) => open(node, ann, bob)),
        ...nodes.map((node) => open(node, bob, ann)),
      ]);

      expect(answers.map(({ status }) => status).toSorted(), `round ${round}`).toEqual([200, 200, 200, 201]);
      const ids = new Set(answers.map(({ body }) => (body as { id: string }).id));
      expect(ids.size).toBe(1);
      expect(await rows([...ids][0] as string)).toMatchObject([{ kind: 'created', rev: 1 }]);
    }
  });

  it('should make one group of an Idempotency-Key that both get at once', async () => {
    const [ann, bob] = (await a.users(2)) as [TestUser, TestUser];
    const create = (node: TestApp) =>
      node.http
        .post('/api/chats')
        .set(ann.auth)
        .set('Idempotency-Key', 'one-group')
        .send({ type: 'group', title: 'once', memberIds: [bob.id] });

    const answers = await Promise.all([...nodes, ...nodes].map(create));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
  });

  it('should keep the receipts of both', async () => {
    const users = await a.users(6);
    const [owner, ...others] = users as [TestUser, ...TestUser[]];
    const chatId = await a.group(owner, others);
    for (const n of upTo(20)) await send(a, owner, chatId, `m ${n}`);
    const phones = await Promise.all(users.flatMap((user) => nodes.map((node) => node.connectAs(user))));

    await Promise.all(
      phones.flatMap((phone, p) =>
        upTo(8).map((n) => phone.ok(n % 2 ? 'message_read' : 'message_delivered', { chatId, seq: p + n })),
      ),
    );

    for (const node of nodes) {
      const { body } = await node.http.get(`/api/chats/${chatId}`).set(owner.auth).expect(200);
      const { members, receiptRev } = body as {
        members: { userId: string; lastReadSeq: number; lastDeliveredSeq: number }[];
        receiptRev: number;
      };
      expect(
        members.map(({ userId, lastReadSeq, lastDeliveredSeq }) => ({
          userId,
          lastReadSeq,
          lastDeliveredSeq,
        })),
      ).toEqual(
        // Of the two phones of user u, the second (2u + 1) reads up to its seventh and gets its eighth.
        users.map(({ id }, u) => ({ userId: id, lastReadSeq: 2 * u + 8, lastDeliveredSeq: 2 * u + 9 })),
      );
      expect(receiptRev).toBeGreaterThan(0);
    }
  });
});
