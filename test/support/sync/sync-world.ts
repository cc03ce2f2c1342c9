import { expect } from 'vitest';

import type { MessageView } from '../../../src/messages/message.view.js';
import type { TestApp, TestUser } from '../create-test-app.js';
import type { SeededRandom } from '../seeded-random.js';
import { Device } from './device.js';
import type { OwnDoing } from './naive-sight.js';

export interface WorldChat {
  id: string;
  isDirect: boolean;
  /** User ids. */
  members: Set<string>;
  recent: MessageView[];
  inviteToken: string;
  doings: Map<string, OwnDoing>;
  /** Where those who are gone have their end. */
  leftAt: Map<string, number>;
}

/** What is no reason to stop: somebody tried what they may not, or not any more. */
const REFUSALS = ['FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'GONE', 'VALIDATION'];
const DEVICES = 3;

/**
 * People, their devices and chats. The first user is in every chat from its beginning, never leaves one and
 * deletes nothing for herself: what she reads is the whole story. The first device of each user is never off.
 */
export class SyncWorld {
  readonly chats: WorldChat[] = [];
  /** Kinds of acts that were not refused. */
  readonly done = new Set<string>();
  private count = 0;

  private constructor(
    readonly app: TestApp,
    readonly random: SeededRandom,
    readonly users: TestUser[],
    readonly devices: Device[],
  ) {}

  static async create(app: TestApp, random: SeededRandom): Promise<SyncWorld> {
    const users = await app.users(4);
    const devices = users.flatMap((user, n) =>
      Array.from(
        { length: DEVICES },
        (_, i) => new Device(app, user, random, { name: `${n}/${i}`, isSteady: i === 0 }),
      ),
    );
    const world = new SyncWorld(app, random, users, devices);
    for (const device of devices) if (device.isSteady) await device.switchOn();
    const [ann, bob, cat, dan] = users as [TestUser, TestUser, TestUser, TestUser];
    await world.openGroup(ann, [bob, cat], false);
    await world.openGroup(bob, [ann, dan], true);
    await world.openGroup(cat, [ann, bob, dan], false);
    for (const user of [bob, cat]) world.add(await app.directChat(ann, user), [ann, user], true);
    return world;
  }

  get storyTeller(): TestUser {
    return this.users[0] as TestUser;
  }

  private async openGroup(owner: TestUser, members: TestUser[], historyForNew: boolean): Promise<void> {
    const id = await this.app.group(owner, members);
    const chat = this.add(id, [owner, ...members], false);
    if (historyForNew) await this.rest(owner, 'patch', `/api/chats/${id}`, { settings: { historyForNew } });
    const invite = await this.rest(owner, 'post', `/api/chats/${id}/invite`, {});
    chat.inviteToken = (invite as { token: string }).token;
  }

  private add(id: string, members: TestUser[], isDirect: boolean): WorldChat {
    const ids = new Set(members.map((user) => user.id));
    const doings = new Map(
      this.users.map((user) => [user.id, { goneUpTo: 0, deletedIds: new Set<string>() }]),
    );
    const chat = { id, isDirect, members: ids, recent: [], inviteToken: '', doings, leftAt: new Map() };
    this.chats.push(chat);
    return chat;
  }

  devicesOf(user: TestUser): Device[] {
    return this.devices.filter((device) => device.user === user);
  }

  user(id: string): TestUser {
    return this.users.find((user) => user.id === id) as TestUser;
  }

  /** Mostly somebody who is in it. */
  actor(chat: WorldChat): TestUser {
    return this.random.chance(0.93)
      ? this.user(this.random.pick([...chat.members]))
      : this.random.pick(this.users);
  }

  next(word: string): string {
    return `${word} ${(this.count += 1)}`;
  }

  /** By REST; `null` when it was refused. */
  async rest(
    user: TestUser,
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
  ): Promise<unknown> {
    const { status, body: answer } = await this.app.http[method](path).set(user.auth).send(body);
    if (status < 300) return answer ?? {};
    expect(REFUSALS, `${method} ${path}: ${JSON.stringify(answer)}`).toContain(answer.error?.code);
    return null;
  }

  /** By one of the user's sockets; `null` when it was refused. */
  async socket(user: TestUser, event: string, payload: object): Promise<{ message: MessageView } | null> {
    const on = this.devicesOf(user).filter(({ isOn }) => isOn);
    const ack = await this.random.pick(on).socket?.send(event, payload);
    if (ack?.ok) return ack.data as { message: MessageView };
    expect(REFUSALS, `${event}: ${JSON.stringify(ack)}`).toContain(ack?.error.code);
    return null;
  }

  /** The last `seq` of a chat, as the story teller has heard it. */
  async lastSeq(chat: WorldChat): Promise<number> {
    const phone = this.devicesOf(this.storyTeller)[0]?.socket;
    await phone?.settle();
    const heard = (phone?.all('receive_message') ?? []) as MessageView[];
    return Math.max(0, ...heard.filter(({ chatId }) => chatId === chat.id).map(({ seq }) => seq));
  }
}
