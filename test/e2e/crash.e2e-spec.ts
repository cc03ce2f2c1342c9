import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { io } from 'socket.io-client';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PASSWORD } from '../support/create-test-app.js';
import { ServerProcess } from '../support/server-process.js';
import { type Ack, TestSocket } from '../support/test-socket.js';

const SENDERS = 20;
const IN_FLIGHT_EACH = 3;
/** Longer than the server tries a send while its database is away. */
const ACK_TIMEOUT_MS = 20_000;
const soon = { timeout: 30_000, interval: 10 };

interface Message {
  id: string;
  seq: number;
  rev: number;
  clientMessageId: string;
  senderId: string;
  text: string;
}

interface Person {
  id: string;
  auth: { Authorization: string };
  token: string;
}

/** Who has sent what, as the clients know it. */
class Journal {
  readonly acked = new Map<string, Message>();
  /** Sent without an answer, or refused: to be sent again. */
  readonly open = new Map<string, Person>();
  readonly refusals = new Set<string>();
  isOver = false;
}

describe('a server that is killed', () => {
  let dataDir: string;
  let server: ServerProcess;
  let people: Person[];
  let chatId: string;
  let sockets: TestSocket[];
  let journal: Journal;
  let round: number;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-crash-'));
    sockets = [];
    journal = new Journal();
    round = 0;
    server = await ServerProcess.start(dataDir);
    people = await Promise.all(Array.from({ length: SENDERS }, (_, i) => register(i)));
    const [owner, ...others] = people as [Person, ...Person[]];
    const { body } = await request(server.url)
      .post('/api/chats')
      .set(owner.auth)
      .send({ type: 'group', title: 'load', memberIds: others.map(({ id }) => id) })
      .expect(201);
    chatId = (body as { id: string }).id;
  }, 60_000);

  afterEach(async () => {
    for (const socket of sockets) socket.close();
    await server.kill({ withEngine: true });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 15 });
  });

  const register = async (i: number): Promise<Person> => {
    const email = `person${i}@example.com`;
    const http = request(server.url);
    await http
      .post('/api/auth/register')
      .send({ email, password: PASSWORD, name: `person ${i}` })
      .expect(201);
    const { body } = await http.post('/api/auth/login').send({ email, password: PASSWORD }).expect(200);
    const { accessToken: token, user } = body as { accessToken: string; user: { id: string } };
    return { id: user.id, token, auth: { Authorization: `Bearer ${token}` } };
  };

  const connect = async ({ token }: Person): Promise<TestSocket> => {
    const options = { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token } };
    const socket = new TestSocket(io(server.url, options));
    sockets.push(socket);
    await socket.connected();
    return socket;
  };

  const sendOnce = async (socket: TestSocket, person: Person, clientMessageId: string): Promise<void> => {
    journal.open.set(clientMessageId, person);
    const payload = { chatId, clientMessageId, text: `text of ${clientMessageId}` };
    const ack = (await socket.raw.timeout(ACK_TIMEOUT_MS).emitWithAck('new_message', payload)) as Ack;
    if (!ack.ok) {
      journal.refusals.add(ack.error.code);
      return;
    }
    journal.open.delete(clientMessageId);
    journal.acked.set(clientMessageId, (ack.data as { message: Message }).message);
  };

  /** Every person sends without pause until the connection or the round ends. */
  const sendContinuously = async (): Promise<void> => {
    const myRound = (round += 1);
    journal.isOver = false;
    const phones = await Promise.all(people.map(connect));
    for (const [i, socket] of phones.entries()) {
      for (let lane = 0; lane < IN_FLIGHT_EACH; lane += 1) {
        const keepSending = async () => {
          for (let n = 0; !journal.isOver && socket.raw.connected; n += 1)
            await sendOnce(socket, people[i] as Person, `${myRound}-${i}-${lane}-${n}`);
        };
        keepSending().catch(() => undefined); // the connection is gone: what was open stays open
      }
    }
  };

  const acked = (count: number) =>
    vi.waitFor(() => expect(journal.acked.size).toBeGreaterThanOrEqual(count), soon);

  const stored = async (): Promise<Message[]> => {
    const items: Message[] = [];
    for (let hasMore = true; hasMore;) {
      const { body } = await request(server.url)
        .get(`/api/chats/${chatId}/messages?limit=100&after=${items.at(-1)?.seq ?? 0}`)
        .set((people[0] as Person).auth)
        .expect(200);
      items.push(...(body as { items: Message[] }).items);
      hasMore = (body as { hasMore: boolean }).hasMore;
    }
    return items;
  };

  /** Sends what had no good answer again, until it has one. */
  const retryOpen = async (): Promise<void> => {
    const phones = new Map(
      await Promise.all(people.map(async (one) => [one.id, await connect(one)] as const)),
    );
    await vi.waitFor(async () => {
      await Promise.all(
        [...journal.open].map(([id, person]) => sendOnce(phones.get(person.id) as TestSocket, person, id)),
      );
      expect(journal.open.size).toBe(0);
    }, soon);
  };

  const assertIntact = async (): Promise<Message[]> => {
    const rows = await stored();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.map(({ rev }) => rev)).toEqual(rows.map((_, i) => i + 1));
    rows.shift(); // the creation of the group
    const byClientId = new Map(rows.map((row) => [row.clientMessageId, row]));
    expect(byClientId.size).toBe(rows.length);
    for (const [id, message] of journal.acked) expect(byClientId.get(id)).toEqual(message);
    return rows;
  };

  it('should have every acked message once, and no hole, after three kills under load', async () => {
    for (const withEngine of [false, true, false]) {
      const before = journal.acked.size;
      await sendContinuously();
      await acked(before + 300);
      await server.kill({ withEngine });
      await Promise.all(sockets.map((socket) => socket.disconnected()));
      const unanswered = journal.open.size;

      server = await ServerProcess.start(dataDir);
      await assertIntact();
      await retryOpen();

      const rows = await assertIntact();
      expect(unanswered).toBeGreaterThan(0);
      expect(rows).toHaveLength(journal.acked.size);
    }
  }, 60_000);

  it('should recover by itself when only its engine is killed', async () => {
    const watcher = await connect(people[0] as Person);
    await sendContinuously();
    await acked(300);
    const killed = await server.engineHost();

    process.kill(killed, 'SIGKILL');
    const before = journal.acked.size;
    await acked(before + 300);
    journal.isOver = true;
    await retryOpen();

    const rows = await assertIntact();
    expect(rows).toHaveLength(journal.acked.size);
    expect([...journal.refusals].filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
    expect(await server.engineHost()).not.toBe(killed);
    const heard = (await watcher.count('receive_message', rows.length)) as Message[];
    expect(heard.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq));
  }, 60_000);

  it('should end in order under load on SIGTERM, with all that it acked', async () => {
    await sendContinuously();
    await acked(300);

    const { code, tookMs } = await server.terminate();
    expect(code, server.log).toBe(0);
    expect(tookMs).toBeLessThan(5000);

    server = await ServerProcess.start(dataDir);
    await assertIntact();
    await retryOpen();
    expect(await assertIntact()).toHaveLength(journal.acked.size);
  }, 40_000);
});
