import { randomBytes } from 'node:crypto';

import { expect } from 'vitest';

import type { MessageView } from '../../src/messages/message.view.js';
import { createTestApp, type TestApp, type TestUser } from './create-test-app.js';
import type { TestSocket } from './test-socket.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Answer {
  status: number;
  body: any;
}

/**
 * A group of Ann (its owner), Bob and Cat, a direct chat of Ann and Bob, and Eve, who is in neither. Each
 * has a socket that hears all that the server tells them.
 */
export class Conversation {
  private constructor(
    readonly app: TestApp,
    readonly ann: TestUser,
    readonly bob: TestUser,
    readonly cat: TestUser,
    readonly eve: TestUser,
    readonly groupId: string,
    readonly directId: string,
    private readonly sockets: Map<TestUser, TestSocket>,
  ) {}

  static async open(app: TestApp): Promise<Conversation> {
    const users = await app.users(4);
    const [ann, bob, cat, eve] = users as [TestUser, TestUser, TestUser, TestUser];
    const groupId = await app.group(ann, [bob, cat]);
    const directId = await app.directChat(ann, bob);
    const sockets = new Map<TestUser, TestSocket>();
    for (const user of users) sockets.set(user, await app.connectAs(user));
    return new Conversation(app, ann, bob, cat, eve, groupId, directId, sockets);
  }

  /** What the user's device hears and says. */
  phone(user: TestUser): TestSocket {
    return this.sockets.get(user) as TestSocket;
  }

  async send(user: TestUser, chatId: string, content: string | object): Promise<MessageView> {
    const body = typeof content === 'string' ? { text: content } : content;
    const clientMessageId = randomBytes(6).toString('hex');
    return this.ok(user, 'post', `/api/chats/${chatId}/messages`, { clientMessageId, ...body });
  }

  async call(user: TestUser, method: Method, path: string, body?: object): Promise<Answer> {
    const { status, body: answer } = await this.app.http[method](path).set(user.auth).send(body);
    return { status, body: answer as unknown };
  }

  /** Calls, and fails the test unless it went well. */
  async ok(user: TestUser, method: Method, path: string, body?: object): Promise<any> {
    const answer = await this.call(user, method, path, body);
    expect(answer, `${method} ${path}`).toMatchObject({ status: expect.toSatisfy((s: number) => s < 300) });
    return answer.body as unknown;
  }

  /** Calls, and fails the test unless it is refused with this code. */
  async refused(code: string, user: TestUser, method: Method, path: string, body?: object): Promise<any> {
    const answer = await this.call(user, method, path, body);
    expect(answer, `${method} ${path}`).toMatchObject({ body: { error: { code } } });
    return answer.body.error as unknown;
  }

  /** Without what the group tells of its members. */
  async history(user: TestUser, chatId: string): Promise<MessageView[]> {
    return (await this.ok(user, 'get', `/api/chats/${chatId}/messages?limit=100`)).items.filter(isNoStory);
  }

  async message(user: TestUser, { chatId, id }: { chatId: string; id: string }): Promise<any> {
    return (await this.history(user, chatId)).find((message) => message.id === id);
  }

  async chat(user: TestUser, chatId: string): Promise<any> {
    return this.ok(user, 'get', `/api/chats/${chatId}`);
  }

  async sync(user: TestUser, chats: object = {}, more: object = {}): Promise<any> {
    return this.ok(user, 'post', '/api/sync', { chats, ...more });
  }

  /** The messages that a device lacks which holds the chat at `rev`; without what the group tells of its members. */
  async behind(user: TestUser, chatId: string, rev: number): Promise<MessageView[]> {
    const { chats } = await this.sync(user, { [chatId]: rev });
    const found = (chats as { chat: { id: string }; messages: MessageView[] }[]).find(
      ({ chat }) => chat.id === chatId,
    );
    return (found?.messages ?? []).filter(isNoStory);
  }

  /** Everything told so far is forgotten. */
  async quiet(): Promise<void> {
    await this.settle();
    for (const socket of this.sockets.values()) socket.forget();
  }

  /** What was told is heard. */
  async settle(): Promise<void> {
    await Promise.all([...this.sockets.values()].map((socket) => socket.settle()));
  }

  /** Nobody was told anything since `quiet`. */
  async expectSilence(...users: TestUser[]): Promise<void> {
    await this.settle();
    for (const user of users.length > 0 ? users : this.sockets.keys())
      expect(this.phone(user).heard, user.user.name).toEqual([]);
  }

  async remove(user: TestUser): Promise<void> {
    await this.ok(this.ann, 'delete', `/api/chats/${this.groupId}/members/${user.id}`);
  }

  async add(user: TestUser): Promise<void> {
    await this.ok(this.ann, 'post', `/api/chats/${this.groupId}/members`, { userIds: [user.id] });
  }
}

function isNoStory({ system }: MessageView): boolean {
  return !system || system.kind === 'pinned';
}

/** Two nodes on one database. */
export async function twoNodes(overrides: Record<string, string>): Promise<[TestApp, TestApp]> {
  return [await createTestApp(overrides), await createTestApp(overrides)];
}
