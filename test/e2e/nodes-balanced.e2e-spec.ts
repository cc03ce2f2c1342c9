import { randomBytes } from 'node:crypto';

import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Cluster, type Person } from '../support/cluster.js';
import { PASSWORD } from '../support/create-test-app.js';
import { NetworkCable } from '../support/network-cable.js';
import { requires } from '../support/requires.js';
import { type Ack, TestSocket } from '../support/test-socket.js';

const NODES = 3;
const soon = { timeout: 15_000, interval: 50 };
const texts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `${from + n}`);

describe.runIf(requires('redis-server'))(`${NODES} nodes behind a balancer that takes turns`, () => {
  let cluster: Cluster;
  let balancer: NetworkCable;
  const phones: TestSocket[] = [];
  let ann: Person;
  let bob: Person;
  let chatId: string;

  beforeAll(async () => {
    cluster = await Cluster.start(NODES);
    balancer = await NetworkCable.to(...cluster.nodes.map(({ url }) => url));
  }, 120_000);

  afterAll(async () => {
    for (const phone of phones) phone.close();
    await balancer.close();
    await cluster.stop();
  });

  /** Every request is a connection of its own, and so another node's. */
  const http = () => request(balancer.url);

  async function signUp(): Promise<Person> {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    const { body: user } = await http()
      .post('/api/auth/register')
      .send({ email, password: PASSWORD, name: 'x' });
    const { body: login } = await http()
      .post('/api/auth/login')
      .send({ email, password: PASSWORD })
      .expect(200);
    const { accessToken: token } = login as { accessToken: string };
    return { id: (user as { id: string }).id, email, token, auth: { Authorization: `Bearer ${token}` } };
  }

  /** A client as an app has it: WebSocket alone, comes back by itself, sends again what was not acked. */
  async function connect({ token }: Person): Promise<TestSocket> {
    const options = { transports: ['websocket'], forceNew: true, auth: { token } };
    const again = { reconnectionDelay: 50, reconnectionDelayMax: 100, retries: 100, ackTimeout: 2000 };
    const phone = new TestSocket(io(balancer.url, { ...options, ...again }));
    phones.push(phone);
    await phone.connected();
    return phone;
  }

  const say = (phone: Socket, text: string): Promise<Ack> =>
    phone.emitWithAck('new_message', { chatId, clientMessageId: text, text }) as Promise<Ack>;

  it('should be one server to people whose every request and device is on the next one', async () => {
    ann = await signUp();
    bob = await signUp();
    const contact = { type: 'direct', userId: bob.id };
    const { body } = await http().post('/api/chats').set(ann.auth).send(contact).expect(201);
    chatId = (body as { id: string }).id;
    for (const person of [ann, bob]) for (let n = 0; n < NODES; n += 1) await connect(person);

    for (const [n, phone] of phones.entries()) {
      expect(await say(phone.raw, `${n + 1}`)).toMatchObject({ ok: true, data: { message: { seq: n + 1 } } });
      await Promise.all(phones.map((other) => other.count('receive_message', n + 1)));
    }

    for (const phone of phones) {
      expect(phone.all('receive_message').map(({ text }) => text as string)).toEqual(texts(1, phones.length));
    }
    for (let n = 0; n < NODES; n += 1) {
      const { body: page } = await http().get(`/api/chats/${chatId}/messages`).set(bob.auth).expect(200);
      expect((page as { items: unknown[] }).items).toHaveLength(phones.length);
    }
  });

  it('should take back by the others the devices of one that is killed, and store once what they send again', async () => {
    const ids = phones.map(({ raw }) => raw.id);
    const before = phones.length;
    const sent = phones.map(async ({ raw }, n) => {
      for (let i = 0; i < 20; i += 1) expect(await say(raw, `${n}:${i}`)).toMatchObject({ ok: true });
    });

    await cluster.node(1).kill();

    await Promise.all(sent);
    await vi.waitFor(() => expect(phones.every(({ raw }) => raw.connected)).toBe(true), soon);
    expect(phones.filter(({ raw }, n) => raw.id !== ids[n])).toHaveLength(2);
    const stored = await readAll();
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, n) => n + 1));
    for (const n of phones.keys()) {
      const own = stored.slice(before).filter(({ text }) => text.startsWith(`${n}:`));
      expect(own.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, i) => `${n}:${i}`));
    }
  }, 60_000);

  /** All of the chat by a node that lives. */
  async function readAll(): Promise<{ seq: number; text: string }[]> {
    const items: { seq: number; text: string }[] = [];
    for (let hasMore = true; hasMore;) {
      const path = `/api/chats/${chatId}/messages?limit=100&after=${items.at(-1)?.seq ?? 0}`;
      const { body } = await cluster.http(0).get(path).set(bob.auth).expect(200);
      const page = body as { items: typeof items; hasMore: boolean };
      items.push(...page.items);
      hasMore = page.hasMore;
    }
    return items;
  }
});
