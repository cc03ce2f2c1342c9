import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PASSWORD } from '../support/create-test-app.js';
import { ServerProcess } from '../support/server-process.js';

const soon = { timeout: 45_000, interval: 100 };

interface Person {
  id: string;
  auth: { Authorization: string };
}

describe('scheduled messages and the end of the server', () => {
  let dataDir: string;
  let server: ServerProcess;
  let ann: Person;
  let chatId: string;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-scheduled-'));
    server = await ServerProcess.start(dataDir);
    ann = await register('ann');
    const { id: userId } = await register('bob');
    const body = { type: 'direct', userId };
    chatId = (await request(server.url).post('/api/chats').set(ann.auth).send(body).expect(201)).body.id;
  }, 90_000);

  afterEach(async () => {
    await server.kill();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 15 });
  });

  const register = async (name: string): Promise<Person> => {
    const account = { email: `${name}@example.com`, password: PASSWORD };
    await request(server.url)
      .post('/api/auth/register')
      .send({ ...account, name })
      .expect(201);
    const { body } = await request(server.url).post('/api/auth/login').send(account).expect(200);
    return { id: body.user.id, auth: { Authorization: `Bearer ${body.accessToken}` } };
  };
  const get = async (path: string) => (await request(server.url).get(path).set(ann.auth).expect(200)).body;
  const texts = async () =>
    (await get(`/api/chats/${chatId}/messages`)).items.map(({ text }: { text: string }) => text);
  const schedule = (text: string, ms: number) =>
    request(server.url)
      .post(`/api/chats/${chatId}/messages`)
      .set(ann.auth)
      .send({ clientMessageId: text, text, sendAt: new Date(Date.now() + ms).toISOString() })
      .expect(201);

  it('should send after a restart what came due meanwhile, and what comes due later, each once', async () => {
    await schedule('meanwhile', 5000);
    await schedule('much later', 3_600_000);
    await schedule('later', 25_000);
    await server.kill();
    await expect.poll(() => Date.now(), soon).toBeGreaterThan(Date.now() + 5000);

    server = await ServerProcess.start(dataDir);

    await expect.poll(texts, soon).toEqual(['meanwhile', 'later']);
    expect((await get('/api/messages/scheduled')).items).toMatchObject([{ text: 'much later' }]);
  }, 90_000);

  it('should send each once where it is killed in the midst of sending', async () => {
    const wanted = Array.from({ length: 60 }, (_, n) => `burst ${n}`);
    // Long enough to schedule them all on a busy machine.
    const dueAtMs = Date.now() + 20_000;
    await Promise.all(wanted.map((text) => schedule(text, dueAtMs - Date.now())));
    await expect.poll(async () => (await texts()).length, { ...soon, interval: 1 }).toBeGreaterThan(0);
    await server.kill({ withEngine: true });

    server = await ServerProcess.start(dataDir);

    // What was claimed when it was killed is free again after half a minute.
    await expect
      .poll(async () => (await get(`/api/chats/${chatId}/messages?limit=100`)).items.length, {
        timeout: 60_000,
        interval: 250,
      })
      .toBe(wanted.length);
    const sent = (await get(`/api/chats/${chatId}/messages?limit=100`)).items;
    expect(sent.map(({ text }: { text: string }) => text).toSorted()).toEqual(wanted.toSorted());
    await expect
      .poll(async () => (await get('/api/messages/scheduled')).items, { timeout: 60_000 })
      .toEqual([]);
  }, 120_000);
});
