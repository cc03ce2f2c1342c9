import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import request from 'supertest';
import { inject } from 'vitest';

import { AppModule } from '../../src/app.module.js';
import { APP_OPTIONS, setupApp } from '../../src/app.setup.js';
import { Clock } from '../../src/common/clock.js';
import { HttpAdapter } from '../../src/common/http/http.adapter.js';
import { AppConfig } from '../../src/config/app-config.js';
import type { OwnUserView } from '../../src/users/user.view.js';
import { TestClock } from './test-clock.js';
import { TestSocket } from './test-socket.js';

export const PASSWORD = 'correct horse battery';

/** A registered and logged-in person, with the ways to speak as them. */
export interface TestUser {
  id: string;
  email: string;
  token: string;
  refreshToken: string;
  user: OwnUserView;
  /** `Authorization` header for supertest's `.set(...)`. */
  auth: { Authorization: string };
}

export class TestApp {
  readonly clock: TestClock;
  private readonly sockets: TestSocket[] = [];
  private userCount = 0;

  constructor(
    readonly app: NestExpressApplication,
    readonly url: string,
    readonly dataDir: string,
    private readonly ownsDatabase: boolean,
  ) {
    this.clock = app.get<TestClock>(Clock);
  }

  get http() {
    return request(this.url);
  }

  get connection(): Connection {
    return this.app.get<Connection>(getConnectionToken());
  }

  async registerAndLogin(name = `user ${(this.userCount += 1)}`): Promise<TestUser> {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    await this.http.post('/api/auth/register').send({ email, password: PASSWORD, name }).expect(201);
    return this.login(email);
  }

  async login(email: string): Promise<TestUser> {
    const { body } = await this.http.post('/api/auth/login').send({ email, password: PASSWORD }).expect(200);
    const {
      accessToken: token,
      refreshToken,
      user,
    } = body as {
      accessToken: string;
      refreshToken: string;
      user: OwnUserView;
    };
    return { id: user.id, email, token, refreshToken, user, auth: { Authorization: `Bearer ${token}` } };
  }

  users(count: number): Promise<TestUser[]> {
    return Promise.all(Array.from({ length: count }, () => this.registerAndLogin()));
  }

  /** A connected socket; rejects when the handshake is refused. */
  async connectAs(
    { token }: { token: string },
    options?: Partial<ManagerOptions & SocketOptions>,
  ): Promise<TestSocket> {
    const socket = this.socket({ auth: { token }, ...options });
    await socket.connected();
    return socket;
  }

  /** A socket that has just begun to connect. */
  socket(options?: Partial<ManagerOptions & SocketOptions>): TestSocket {
    const socket = new TestSocket(
      io(this.url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options }),
    );
    this.sockets.push(socket);
    return socket;
  }

  async directChat(a: TestUser, b: TestUser): Promise<string> {
    const { body } = await this.http.post('/api/chats').set(a.auth).send({ type: 'direct', userId: b.id });
    return (body as { id: string }).id;
  }

  async group(owner: TestUser, members: TestUser[], title = 'group'): Promise<string> {
    const memberIds = members.map(({ id }) => id);
    const { body } = await this.http
      .post('/api/chats')
      .set(owner.auth)
      .send({ type: 'group', title, memberIds })
      .expect(201);
    return (body as { id: string }).id;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.close();
    if (this.ownsDatabase) await this.connection.dropDatabase();
    await this.app.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** The real app on a random port, with a database of its own, and a clock that tests can move on. */
export async function createTestApp(
  overrides: Record<string, string> = {},
  provide: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-app-'));
  const config = AppConfig.from({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    MONGODB_URI: databaseUri(`test_${randomBytes(6).toString('hex')}`),
    JWT_SECRET: randomBytes(32).toString('hex'),
    BCRYPT_COST: '4',
    PRESENCE_GRACE_SECONDS: '1',
    ...overrides,
  });
  const builder = Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(AppConfig)
    .useValue(config)
    .overrideProvider(Clock)
    .useClass(TestClock);
  const module = await provide(builder).compile();
  const app = module.createNestApplication<NestExpressApplication>(new HttpAdapter(), {
    ...APP_OPTIONS,
    logger: ['fatal', 'error'],
  });
  setupApp(app);
  await app.listen(0, '127.0.0.1');
  return new TestApp(app, await app.getUrl(), dataDir, overrides.MONGODB_URI === undefined);
}

/** The shared engine's address with another database in it. */
export function databaseUri(name: string): string {
  const uri = inject('mongodbUri');
  return uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/]+\/)[^?]*/, `$1${name}`);
}
