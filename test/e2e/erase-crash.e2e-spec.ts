import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { io } from 'socket.io-client';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PASSWORD } from '../support/create-test-app.js';
import { ServerProcess } from '../support/server-process.js';
import { TestSocket } from '../support/test-socket.js';

const GROUPS = 150;

interface Person {
  id: string;
  email: string;
  token: string;
  auth: { Authorization: string };
}

describe('a server that is killed while an account is erased', () => {
  let dataDir: string;
  let server: ServerProcess;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-erase-'));
    server = await ServerProcess.start(dataDir);
  }, 60_000);

  afterEach(async () => {
    await server.kill({ withEngine: true });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 15 });
  });

  const register = async (name: string): Promise<Person> => {
    const account = { email: `${name}@example.com`, password: PASSWORD };
    await request(server.url)
      .post('/api/auth/register')
      .send({ ...account, name })
      .expect(201);
    const { body } = await request(server.url).post('/api/auth/login').send(account).expect(200);
    const { accessToken: token, user } = body as { accessToken: string; user: { id: string } };
    return { id: user.id, email: account.email, token, auth: { Authorization: `Bearer ${token}` } };
  };

  const get = async (person: Person, path: string) =>
    (await request(server.url).get(`/api${path}`).set(person.auth).expect(200)).body;

  /** Of those groups in which both were how many the one has left, as the other sees it. */
  const left = async (other: Person): Promise<number> => {
    const counts: number[] = [];
    let cursor: string | null = null;
    do {
      const page: any = await get(other, `/chats?limit=100${cursor ? `&cursor=${cursor}` : ''}`);
      counts.push(...(page.items as { memberCount: number }[]).map(({ memberCount }) => memberCount));
      cursor = page.nextCursor as string | null;
    } while (cursor);
    expect(counts).toHaveLength(GROUPS);
    return counts.filter((count) => count === 1).length;
  };

  it('should finish it after the start', async () => {
    const [ann, bob] = [await register('ann'), await register('bob')];
    await Promise.all(
      Array.from({ length: GROUPS }, (_, n) =>
        request(server.url)
          .post('/api/chats')
          .set(ann.auth)
          .send({ type: 'group', title: `group ${n}`, memberIds: [bob.id] })
          .expect(201),
      ),
    );
    const { items: groups } = await get(bob, '/chats?limit=1');
    const { body: invite } = await request(server.url)
      .post(`/api/chats/${(groups as { id: string }[])[0]?.id}/invite`)
      .set(ann.auth)
      .send({})
      .expect(201);
    const preview = async () => {
      const { token } = invite as { token: string };
      return (await request(server.url).get(`/api/invites/${token}`).set(bob.auth)).status;
    };
    expect(await preview()).toBe(200);
    await request(server.url).put(`/api/contacts/${bob.id}`).set(ann.auth).expect(204);

    const phone = new TestSocket(
      io(server.url, { transports: ['websocket'], reconnection: false, auth: { token: bob.token } }),
    );
    await phone.connected();

    const asked = request(server.url)
      .delete('/api/users/me')
      .set(ann.auth)
      .send({ password: PASSWORD })
      .then(
        () => 'answered',
        () => 'cut off',
      );
    await phone.next('member_removed');
    await server.kill();
    const outcome = await asked;
    server = await ServerProcess.start(dataDir);
    await request(server.url).get('/api/users/me').set(ann.auth).expect(401);

    await vi.waitFor(async () => expect(await left(bob)).toBe(GROUPS), { timeout: 30_000, interval: 100 });

    await vi.waitFor(async () => expect(await preview()).toBe(404), { timeout: 30_000, interval: 100 });

    // Else there was nothing to finish.
    expect(outcome).toBe('cut off');
    expect(await get(bob, `/users/${ann.id}`)).toMatchObject({ name: 'Deleted account', deleted: true });
    await request(server.url)
      .post('/api/auth/login')
      .send({ email: ann.email, password: PASSWORD })
      .expect(401);
    expect((await register('ann')).id).not.toBe(ann.id);
  }, 90_000);
});
