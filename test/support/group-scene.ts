import { createTestApp, type TestApp, type TestUser } from './create-test-app.js';

export interface GroupMessage {
  id: string;
  chatId: string;
  seq: number;
  rev: number;
  senderId: string;
  type: string;
  text: string;
  expiresAt?: string;
  system?: Record<string, unknown>;
}

/** A group with one person of each kind, and the ways to speak about it over REST. */
export class GroupScene {
  private sent = 0;

  private constructor(
    readonly app: TestApp,
    readonly owner: TestUser,
    readonly admin: TestUser,
    readonly member: TestUser,
    /** Was in it, and is no more. */
    readonly exMember: TestUser,
    readonly stranger: TestUser,
    readonly chatId: string,
  ) {}

  static async open(app: TestApp): Promise<GroupScene> {
    const users = await app.users(5);
    const [owner, admin, member, exMember, stranger] = users as [
      TestUser,
      TestUser,
      TestUser,
      TestUser,
      TestUser,
    ];
    const chatId = await app.group(owner, [admin, member, exMember]);
    const scene = new GroupScene(app, owner, admin, member, exMember, stranger, chatId);
    await scene.setRole(admin, 'admin').expect(200);
    await scene.remove(owner, exMember).expect(204);
    return scene;
  }

  static createApp(): Promise<TestApp> {
    return createTestApp({ RATE_LIMITS: 'off' });
  }

  get(by: TestUser, path = '') {
    return this.app.http.get(`/api/chats/${this.chatId}${path}`).set(by.auth);
  }

  post(by: TestUser, path: string, body: object = {}) {
    return this.app.http.post(`/api/chats/${this.chatId}${path}`).set(by.auth).send(body);
  }

  patch(by: TestUser, body: object) {
    return this.app.http.patch(`/api/chats/${this.chatId}`).set(by.auth).send(body);
  }

  delete(by: TestUser, path: string) {
    return this.app.http.delete(`/api/chats/${this.chatId}${path}`).set(by.auth);
  }

  setRole(user: TestUser, role: string) {
    return this.app.http
      .patch(`/api/chats/${this.chatId}/members/${user.id}`)
      .set(this.owner.auth)
      .send({ role });
  }

  add(by: TestUser, ...users: { id: string }[]) {
    return this.post(by, '/members', { userIds: users.map(({ id }) => id) });
  }

  remove(by: TestUser, user: TestUser) {
    return this.delete(by, `/members/${user.id}`);
  }

  write(by: TestUser, text: string, rest: object = {}) {
    return this.post(by, '/messages', { clientMessageId: `c ${(this.sent += 1)}`, text, ...rest });
  }

  async send(by: TestUser, text: string, rest: object = {}): Promise<GroupMessage> {
    return (await this.write(by, text, rest).expect(201)).body as GroupMessage;
  }

  async history(by: TestUser, query = ''): Promise<GroupMessage[]> {
    const { body } = await this.get(by, `/messages${query}`).expect(200);
    return (body as { items: GroupMessage[] }).items;
  }

  /** What people wrote, without what the group says of itself. */
  async texts(by: TestUser): Promise<string[]> {
    return (await this.history(by)).filter(({ type }) => type === 'text').map(({ text }) => text);
  }
}
