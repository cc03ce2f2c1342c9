import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Cluster, type Person } from '../support/cluster.js';
import { requires } from '../support/requires.js';
import type { TestSocket } from '../support/test-socket.js';

const soon = { timeout: 20_000, interval: 100 };

describe.runIf(requires('redis-server'))('nodes without their Redis', () => {
  let cluster: Cluster;
  let ann: Person;
  let bob: Person;
  let chatId: string;
  let annPhone: TestSocket;
  let bobPhone: TestSocket;
  let sent = 0;

  beforeAll(async () => {
    cluster = await Cluster.start(2, { RATE_LIMITS: 'on' });
    [ann, bob] = (await cluster.people(2)) as [Person, Person];
    chatId = await cluster.directChat(ann, bob);
    annPhone = await cluster.connect(ann, 0);
    bobPhone = await cluster.connect(bob, 1);
  }, 120_000);

  afterAll(() => cluster.stop());

  const say = async (text: string): Promise<void> => {
    sent += 1;
    await annPhone.ok('new_message', { chatId, clientMessageId: `m${sent}`, text });
  };

  const textsOf = async (index: number, { auth }: Person): Promise<string[]> => {
    const { body } = await cluster.http(index).post('/api/sync').set(auth).send({ chats: {} }).expect(200);
    const [{ messages }] = body.chats as [{ messages: { text: string }[] }];
    return messages.map(({ text }) => text);
  };

  const historyOf = async ({ auth }: Person, after: number): Promise<string[]> => {
    const texts: string[] = [];
    for (let hasMore = true; hasMore;) {
      const query = `limit=100&after=${after + texts.length}`;
      const { body } = await cluster
        .http(1)
        .get(`/api/chats/${chatId}/messages?${query}`)
        .set(auth)
        .expect(200);
      texts.push(...(body.items as { text: string }[]).map(({ text }) => text));
      hasMore = body.hasMore as boolean;
    }
    return texts;
  };

  it('should each go on on its own, and say so', async () => {
    await say('before');
    await bobPhone.next('receive_message', ({ text }) => text === 'before');

    await cluster.redis.kill();

    for (const n of [1, 2, 3]) await say(`meanwhile ${n}`);
    await annPhone.next('receive_message', ({ text }) => text === 'meanwhile 3');
    expect(await textsOf(1, bob)).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'meanwhile 3']);
    expect(bobPhone.all('receive_message')).toHaveLength(1);
    const cat = await cluster.person(1);
    await cluster.connect(cat, 1);
    await cluster.http(0).get('/health/ready').expect(200);
    expect(cluster.node(0).log).toContain('Redis is away');
  });

  it('should say in a trace that they know nothing of each other', async () => {
    const ack = await annPhone.ok('new_message', { chatId, clientMessageId: 'traced', text: 'traced' });

    const path = `/api/messages/${ack.message.id}/trace`;
    const { body } = await cluster.http(0).get(path).set(ann.auth).expect(200);

    expect(body).toMatchObject({ items: [{ reason: { code: 'not_known' } }], unheardNodes: [] });
  });

  it('should tell their devices to catch up when it is back, and be one server again', async () => {
    await cluster.redis.run();

    await Promise.all([annPhone, bobPhone].map((phone) => phone.next('sync_needed', undefined, 3000)));
    expect(await textsOf(1, bob)).toContain('meanwhile 3');

    await say('afterwards');
    await bobPhone.next('receive_message', ({ text }) => text === 'afterwards');
    expect(bobPhone.all('sync_needed')).toHaveLength(1);
  });

  it('should know again who is online where', async () => {
    const asked = await vi.waitFor(async () => {
      const answer = await annPhone.ok('presence', { userIds: [bob.id] });
      expect(answer[bob.id]).toMatchObject({ online: true });
      return answer as object;
    }, soon);
    expect(asked).toBeDefined();

    bobPhone.close();

    await annPhone.next('user_offline', ({ userId }) => userId === bob.id, 10_000);
  }, 30_000);

  it('should close the sockets of logins that ended meanwhile on another node', async () => {
    const again = await cluster.login(bob.email, 1);
    const phone = await cluster.connect(again, 0);
    await cluster.redis.kill();
    await cluster.http(1).post('/api/auth/logout').set(again.auth).expect(204);
    const gone = phone.disconnected();

    await cluster.redis.run();

    await gone;
    expect(phone.all('session_revoked')).toHaveLength(1);
  }, 30_000);

  it('should not wait for one that hangs, nor lose anything by it', async () => {
    const tablet = await cluster.connect(bob, 1);
    cluster.redis.freeze();
    await vi.waitFor(() => {
      for (const node of cluster.nodes) expect(node.log.match(/Redis is away/g)).toHaveLength(3);
    }, soon);

    for (const n of [1, 2, 3]) await say(`hangs ${n}`);
    expect(await textsOf(1, bob)).toContain('hangs 3');
    cluster.redis.thaw();

    await tablet.next('sync_needed', undefined, 3000);
    await say('answers again');
    await tablet.next('receive_message', ({ text }) => text === 'answers again');
  }, 60_000);

  it('should keep the order of what one socket sends, where it hangs in the midst of it', async () => {
    const before = (await textsOf(1, bob)).length;
    const texts = Array.from({ length: 200 }, (_, n) => `in order ${n}`);
    const acks: Promise<{ ok: boolean }>[] = [];

    for (const [n, text] of texts.entries()) {
      if (n === 60) cluster.redis.freeze();
      if (n === 140) cluster.redis.thaw();
      acks.push(
        annPhone.raw.timeout(20_000).emitWithAck('new_message', { chatId, clientMessageId: text, text }),
      );
      if (n % 20 === 0) await acks[n];
    }

    for (const ack of await Promise.all(acks)) expect(ack.ok).toBe(true);
    expect((await historyOf(bob, before)).slice(-200)).toEqual(texts);
  }, 60_000);
});
