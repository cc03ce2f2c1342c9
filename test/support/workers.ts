import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import request from 'supertest';
import { vi } from 'vitest';

import type { Person } from './cluster.js';
import { PASSWORD } from './create-test-app.js';
import { ServerProcess } from './server-process.js';
import { TestSocket } from './test-socket.js';

const TRIES = 100;
const SOON = { timeout: 30_000, interval: 20 };

/** A primary with its workers, real processes, behind one port. Round robin is theirs; a test may choose nonetheless. */
export class Workers {
  private readonly sockets: TestSocket[] = [];
  private readonly agents: Agent[] = [];

  private constructor(
    readonly server: ServerProcess,
    readonly dataDir: string,
    private readonly env: Record<string, string>,
  ) {}

  static async start(
    count: number,
    env: Record<string, string> = {},
    dataDir: string = mkdtempSync(join(tmpdir(), 'parley-workers-test-')),
  ): Promise<Workers> {
    const settings = { WORKERS: String(count), PRESENCE_GRACE_SECONDS: '0.5', ...env };
    return new Workers(await ServerProcess.start(dataDir, settings), dataDir, env);
  }

  /** The same again on the same data, after it has ended. */
  again(count: number): Promise<Workers> {
    return Workers.start(count, this.env, this.dataDir);
  }

  get url(): string {
    return this.server.url;
  }

  get http() {
    return request(this.url);
  }

  /** A connection that is kept, to this worker: what comes by the agent is served there. */
  async line(worker: number): Promise<Agent> {
    for (let n = 0; n < TRIES; n += 1) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      this.agents.push(agent);
      if ((await this.workerBehind(agent)) === worker) return agent;
      agent.destroy();
    }
    throw new Error(`no connection in ${TRIES} came to worker ${worker}`);
  }

  async person(name = 'somebody'): Promise<Person> {
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    await this.http.post('/api/auth/register').send({ email, password: PASSWORD, name }).expect(201);
    return this.login(email);
  }

  async login(email: string): Promise<Person> {
    const { body } = await this.http.post('/api/auth/login').send({ email, password: PASSWORD }).expect(200);
    const { accessToken: token, user } = body as { accessToken: string; user: { id: string } };
    return { id: user.id, email, token, auth: { Authorization: `Bearer ${token}` } };
  }

  async directChat(one: Person, other: Person): Promise<string> {
    const chat = { type: 'direct', userId: other.id };
    const { body } = await this.http.post('/api/chats').set(one.auth).send(chat);
    return (body as { id: string }).id;
  }

  /** As any client connects, wherever that leads. */
  async connect(
    { token }: Person,
    options: Partial<ManagerOptions & SocketOptions> = {},
  ): Promise<TestSocket> {
    const socket = new TestSocket(io(this.url, { forceNew: true, auth: { token }, ...options }));
    this.sockets.push(socket);
    await socket.connected();
    return socket;
  }

  /** By WebSocket, to this worker. */
  async connectTo(worker: number, person: Person): Promise<TestSocket> {
    // The client hands the agent on as it is, but has no type for it.
    const agent = (await this.line(worker)) as unknown as string;
    return this.connect(person, { transports: ['websocket'], reconnection: false, agent });
  }

  /** Clients of these people in turn, as any client connects, until some are on each of the workers. */
  async connectAll(people: readonly Person[], options: Partial<ManagerOptions> = {}): Promise<TestSocket[]> {
    const count = (await this.server.workers()).length;
    const devices: TestSocket[] = [];
    const owners = new Set<number>();
    while (devices.length < people.length || owners.size < count) {
      if (devices.length > TRIES)
        throw new Error(`${TRIES} clients came to ${owners.size} of ${count} workers`);
      const device = await this.connect(people[devices.length % people.length] as Person, options);
      devices.push(device);
      owners.add(workerOf({ sid: device.raw.io.engine.id }));
    }
    return devices;
  }

  /** Resolves when none of them runs any more. */
  async gone(pids: readonly number[]): Promise<void> {
    await vi.waitFor(() => {
      const alive = pids.filter(isAlive);
      if (alive.length > 0) throw new Error(`these processes live on: ${alive.join(', ')}`);
    }, SOON);
  }

  async stop({ keepsData = false } = {}): Promise<void> {
    for (const socket of this.sockets) socket.close();
    for (const agent of this.agents) agent.destroy();
    const workers = await this.server.workers();
    await this.server.kill();
    await this.gone(workers);
    if (!keepsData) rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 15 });
  }

  private async workerBehind(agent: Agent): Promise<number> {
    const url = `${this.url}/socket.io/?EIO=4&transport=polling`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent }, resolve).on('error', reject);
    });
    return workerOf(JSON.parse((await text(response)).slice(1)) as { sid: string });
  }
}

/** The worker that has the session. */
export function workerOf({ sid }: { sid: string }): number {
  return Number(sid.split('.')[0]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
