import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import type { Ack, TestSocket } from '../support/test-socket.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('what sending guarantees', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  const post = async (user: TestUser, chatId: string, body: object) => {
    const { status, body: answer } = await app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send(body);
    return { status, body: answer as { id: string; seq: number; error?: { code: string } } };
  };

  const history = async (user: TestUser, chatId: string): Promise<{ seq: number; rev: number }[]> => {
    const items: { seq: number; rev: number }[] = [];
    for (let hasMore = true; hasMore;) {
      const { body } = await app.http
        .get(`/api/chats/${chatId}/messages?limit=100&after=${items.at(-1)?.seq ?? 0}`)
        .set(user.auth)
        .expect(200);
      items.push(...(body as { items: typeof items }).items);
      hasMore = (body as { hasMore: boolean }).hasMore;
    }
    return items;
  };

  describe('in a group where everybody sends at once', () => {
    const USERS = 10;
    const SOCKETS_EACH = 5;
    const PER_SOCKET = 8;
    const PER_USER_BY_REST = 8;
    const TOTAL = USERS * (SOCKETS_EACH * PER_SOCKET + PER_USER_BY_REST);
    let users: TestUser[];
    let sockets: TestSocket[];
    let chatId: string;
    /** The acks of each socket in the order of its emits. */
    let acks: Ack[][];
    let restSeqs: number[];

    beforeAll(async () => {
      users = await app.users(USERS);
      const [owner, ...others] = users as [TestUser, ...TestUser[]];
      chatId = await app.group(owner, others);
      const owners = users.flatMap((user) => upTo(SOCKETS_EACH).map(() => user));
      sockets = await Promise.all(owners.map((user) => app.connectAs(user)));

      const sent = sockets.map((socket, s) =>
        Promise.all(
          upTo(PER_SOCKET).map((n) =>
            socket.send('new_message', { chatId, clientMessageId: `s${s}-${n}`, text: `${n}` }),
          ),
        ),
      );
      const posted = users.flatMap((user) =>
        upTo(PER_USER_BY_REST).map((n) =>
          post(user, chatId, { clientMessageId: `rest-${n}`, text: `rest ${n}` }),
        ),
      );
      acks = await Promise.all(sent);
      restSeqs = (await Promise.all(posted)).map(({ body }) => body.seq);
    });

    it('should give each message a place of its own, without a hole', async () => {
      const seqs = [
        ...acks.flat().map(({ data }) => (data as { message: { seq: number } }).message.seq),
        ...restSeqs,
      ];
      const stored = await history(users[0] as TestUser, chatId);

      // The group's creation is its first message.
      expect(seqs.toSorted((a, b) => a - b)).toEqual(upTo(TOTAL).map((n) => n + 1));
      expect(stored.map(({ seq }) => seq)).toEqual(upTo(TOTAL + 1));
      expect(stored.map(({ rev }) => rev)).toEqual(upTo(TOTAL + 1));
    });

    it('should tell every socket of every member each message once, in the same order', async () => {
      for (const socket of sockets) {
        const heard = await socket.count('receive_message', TOTAL);
        expect(heard.map(({ seq }: { seq: number }) => seq)).toEqual(upTo(TOTAL).map((n) => n + 1));
      }
      await sockets[0]?.settle();
      expect(sockets[0]?.all('receive_message')).toHaveLength(TOTAL);
    });

    it('should keep the order in which one socket sent', () => {
      for (const ofSocket of acks) {
        const seqs = ofSocket.map(({ data }) => (data as { message: { seq: number } }).message.seq);
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
    });
  });

  describe('in a chat of two', () => {
    let ann: TestUser;
    let bob: TestUser;
    let chatId: string;
    let annSockets: TestSocket[];
    let bobPhone: TestSocket;

    beforeAll(async () => {
      [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
      chatId = await app.directChat(ann, bob);
      annSockets = await Promise.all(upTo(4).map(() => app.connectAs(ann)));
      bobPhone = await app.connectAs(bob);
    });

    it('should keep the order of 100 emits that nobody waited for', async () => {
      const [phone] = annSockets as [TestSocket];
      const sends = upTo(100).map((n) =>
        phone.ok('new_message', { chatId, clientMessageId: `burst ${n}`, text: `${n}` }),
      );
      const messages = (await Promise.all(sends)) as { message: { seq: number } }[];

      const first = messages[0]?.message.seq ?? 0;
      expect(messages.map(({ message }) => message.seq)).toEqual(upTo(100).map((n) => first + n - 1));
      const heard = await bobPhone.count('receive_message', 100);
      expect(heard.map(({ text }: { text: string }) => text)).toEqual(upTo(100).map(String));
    });

    it('should keep the order where retries and refusals stand between', async () => {
      const [phone] = annSockets as [TestSocket];
      bobPhone.forget();
      const sends = upTo(60).map((n) => {
        if (n % 3 === 0) return phone.send('new_message', { chatId, clientMessageId: `mix ${n}`, text: '' });
        const again = n % 5 === 0 ? n - 1 : n;
        return phone.send('new_message', { chatId, clientMessageId: `mix ${again}`, text: `${again}` });
      });
      await Promise.all(sends);
      await bobPhone.settle();

      const heard = bobPhone.all('receive_message').map(({ text }: { text: string }) => Number(text));
      expect(heard).toEqual([...new Set(heard)].toSorted((a, b) => a - b));
      expect(heard).not.toContain(3);
    });

    it('should store one of 20 parallel sends with the same id, by socket and REST', async () => {
      bobPhone.forget();
      const content = { clientMessageId: 'twenty', text: 'once' };
      const bySocket = upTo(10).map(async (n) => {
        const phone = annSockets[n % annSockets.length] as TestSocket;
        const { message } = (await phone.ok('new_message', { chatId, ...content })) as {
          message: { id: string };
        };
        return message.id;
      });
      const byRest = upTo(10).map(() => post(ann, chatId, content));

      const ids = await Promise.all(bySocket);
      const answers = await Promise.all(byRest);
      await bobPhone.settle();

      expect(new Set([...ids, ...answers.map(({ body }) => body.id)]).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
      expect(bobPhone.all('receive_message')).toHaveLength(1);
      expect((await history(bob, chatId)).filter(({ seq }) => seq > 0).length).toBe(
        (await history(ann, chatId)).at(-1)?.seq,
      );
    });

    it('should store one of two contents with the same id, and refuse the other', async () => {
      bobPhone.forget();
      const answers = await Promise.all(
        upTo(10).map((n) => post(ann, chatId, { clientMessageId: 'two', text: n % 2 ? 'odd' : 'even' })),
      );
      await bobPhone.settle();

      expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
      expect(bobPhone.all('receive_message')).toHaveLength(1);
    });

    it('should let two senders use the same id, also in the same chat', async () => {
      const content = { clientMessageId: 'shared', text: 'hi' };
      const [byAnn, byBob] = await Promise.all([post(ann, chatId, content), post(bob, chatId, content)]);

      expect([byAnn.status, byBob.status]).toEqual([201, 201]);
      expect(byAnn.body.id).not.toBe(byBob.body.id);
    });

    it('should refuse whoever claims to be somebody else, and store nothing', async () => {
      const [phone] = annSockets as [TestSocket];
      bobPhone.forget();
      const before = (await history(ann, chatId)).length;

      for (const claim of ['senderId', 'userId', 'from']) {
        const claimed = { [claim]: bob.id };
        await phone.refusal('FORBIDDEN', 'new_message', {
          chatId,
          clientMessageId: `forged ${claim}`,
          text: 'I am Bob',
          ...claimed,
        });
        await phone.refusal('FORBIDDEN', 'typing', { chatId, ...claimed });
        await phone.refusal('FORBIDDEN', 'message_read', { chatId, seq: 1, ...claimed });
        await phone.refusal('FORBIDDEN', 'join_chat', { chatId, ...claimed });
      }
      await phone.refusal('FORBIDDEN', 'user_connected', bob.id);
      await phone.refusal('FORBIDDEN', 'user_connected', { userId: bob.id });

      await bobPhone.settle();
      expect(bobPhone.heard).toEqual([]);
      expect(await history(ann, chatId)).toHaveLength(before);
    });

    it('should take the true sender, and ids as plain strings', async () => {
      const [phone] = annSockets as [TestSocket];
      const { message } = await phone.ok('new_message', {
        chatId,
        clientMessageId: 'truly',
        text: 'me',
        senderId: ann.id,
      });
      expect(message).toMatchObject({ senderId: ann.id });

      expect(await phone.ok('user_connected', ann.id)).toMatchObject({ user: { id: ann.id } });
      expect(await phone.ok('user_connected')).toMatchObject({ user: { id: ann.id } });
      expect(await phone.ok('join_chat', chatId)).toMatchObject({ chat: { id: chatId } });
      await phone.ok('typing', chatId);
      expect(await bobPhone.next('user_typing')).toMatchObject({ chatId, userId: ann.id });
      await phone.ok('stop_typing', chatId);
      await phone.ok('leave_chat', chatId);
    });
  });

  describe('of a chat of two that both create at once', () => {
    it('should make one chat and answer everybody with it', async () => {
      const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
      const [annPhone, bobPhone] = await Promise.all([app.connectAs(ann), app.connectAs(bob)]);

      const answers = await Promise.all(
        upTo(20).map((n) => {
          const [user, other] = n % 2 ? [ann, bob] : [bob, ann];
          return app.http.post('/api/chats').set(user.auth).send({ type: 'direct', userId: other.id });
        }),
      );
      await Promise.all([annPhone.settle(), bobPhone.settle()]);

      expect(answers.map(({ status }) => status).toSorted()).toEqual([...upTo(19).map(() => 200), 201]);
      expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
      expect(answers.at(-1)?.body).toMatchObject({ rev: 1, memberCount: 2, lastSeq: 0 });
      for (const phone of [annPhone, bobPhone]) expect(phone.all('chat_created')).toHaveLength(1);
    });
  });
});
