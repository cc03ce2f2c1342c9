import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { io } from 'socket.io-client';
import request from 'supertest';

import { databaseUri, PASSWORD } from './create-test-app.js';
import { crowdOf } from './crowd.js';
import { RedisServer } from './redis-server.js';
import { ServerProcess } from './server-process.js';
import { TestSocket } from './test-socket.js';

/** Somebody registered, who may come by any node. */
export interface Person {
  id: string;
  email: string;
  token: string;
  auth: { Authorization: string };
}

/** Several real processes of the server over one database, with a real Redis between them. */
export class Cluster {
  private readonly sockets: TestSocket[] = [];
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'parley-nodes-'));
  readonly nodes: ServerProcess[] = [];

  private constructor(
    readonly redis: RedisServer,
    private readonly env: Record<'MONGODB_URI' | 'JWT_SECRET', string> & Record<string, string>,
  ) {}

  static async start(count: number, env: Record<string, string> = {}): Promise<Cluster> {
    const redis = await RedisServer.start();
    const cluster = new Cluster(redis, {
      MONGODB_URI: databaseUri(`nodes_${randomBytes(6).toString('hex')}`),
      REDIS_URL: redis.url,
      JWT_SECRET: randomBytes(32).toString('hex'),
      PRESENCE_GRACE_SECONDS: '0.5',
      ...env,
    });
    try {
      // One makes the indexes, the others find them.
      for (let n = 0; n < count; n += 1) await cluster.add();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** One more node, after all others. */
  async add(env: Record<string, string> = {}): Promise<ServerProcess> {
    const node = await ServerProcess.start(this.dataDir, { ...this.env, ...env });
    this.nodes.push(node);
    return node;
  }

  node(index: number): ServerProcess {
    const node = this.nodes[index];
    if (!node) throw new Error(`there is no node ${index}`);
    return node;
  }

  http(index: number) {
    return request(this.node(index).url);
  }

  async person(index = 0, name = 'somebody'): Promise<Person> {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    await this.http(index).post('/api/auth/register').send({ email, password: PASSWORD, name }).expect(201);
    return this.login(email, index);
  }

  people(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, (_, n) => this.person(n % this.nodes.length)));
  }

  /** Many people, in no time: nobody of them has a password of their own. */
  async crowd(count: number): Promise<Person[]> {
    const { MONGODB_URI: mongodbUri, JWT_SECRET: jwtSecret } = this.env;
    return crowdOf(await this.person(), count, { mongodbUri, jwtSecret });
  }

  async login(email: string, index = 0): Promise<Person> {
    const { body } = await this.http(index)
      .post('/api/auth/login')
      .send({ email, password: PASSWORD })
      .expect(200);
    const { accessToken: token, user } = body as { accessToken: string; user: { id: string } };
    return { id: user.id, email, token, auth: { Authorization: `Bearer ${token}` } };
  }

  async directChat(one: Person, other: Person, index = 0): Promise<string> {
    const { body } = await this.http(index)
      .post('/api/chats')
      .set(one.auth)
      .send({ type: 'direct', userId: other.id });
    return (body as { id: string }).id;
  }

  async group(owner: Person, members: Person[], index = 0): Promise<string> {
    const { body } = await this.http(index)
      .post('/api/chats')
      .set(owner.auth)
      .send({ type: 'group', title: 'group', memberIds: members.map(({ id }) => id) })
      .expect(201);
    return (body as { id: string }).id;
  }

  /** By WebSocket alone, as behind a proxy that hands out connections in turn. */
  async connect({ token }: Person, index: number): Promise<TestSocket> {
    const options = { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token } };
    const socket = new TestSocket(io(this.node(index).url, options));
    this.sockets.push(socket);
    await socket.connected();
    return socket;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.close();
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.redis.stop();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 15 });
  }
}
