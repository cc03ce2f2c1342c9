import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { SeededRandom } from '../support/seeded-random.js';
import type { TestSocket } from '../support/test-socket.js';

interface Message {
  id: string;
  chatId: string;
  seq: number;
  rev: number;
  senderId: string;
  type: string;
  text: string;
  system?: { kind: string; userIds: string[] };
}

interface Member {
  userId: string;
  role: string;
  lastReadSeq: number;
  lastDeliveredSeq: number;
}

interface ChatView {
  id: string;
  rev: number;
  receiptRev: number;
  lastSeq: number;
  lastMessage: Message | null;
  unreadCount: number;
  memberCount: number;
  members: Member[];
}

interface Synced {
  chat: ChatView;
  messages: Message[];
  removed?: string[];
  receipts?: { userId: string; deliveredSeq: number; readSeq: number }[];
  rev: number;
  receiptRev: number;
  hasMore: boolean;
}

interface SyncAnswer {
  chats: Synced[];
  removedChats: string[];
  me?: { rev: number; user: { name: string } };
  nextCursor: string | null;
}

interface Mark {
  deliveredSeq: number;
  readSeq: number;
}

const SNAPSHOT = 50;

/** What people wrote. */
const textsOf = (synced: Synced | undefined) =>
  synced?.messages.filter(({ type }) => type === 'text').map(({ text }) => text);

/** What must be true of one chat, kept by the simplest means. */
class ChatModel {
  readonly messages: Message[] = [];
  readonly spans = new Map<string, { from: number; to: number }[]>();
  readonly marks = new Map<string, Mark>();

  constructor(
    readonly id: string,
    readonly ownerId: string,
    memberIds: string[],
    readonly isGroup: boolean,
  ) {
    for (const userId of memberIds) this.add(userId);
  }

  get lastSeq(): number {
    return this.messages.length;
  }

  get memberIds(): string[] {
    return [...this.spans.keys()].filter((userId) => this.has(userId));
  }

  has(userId: string): boolean {
    return this.spans.get(userId)?.at(-1)?.to === Number.POSITIVE_INFINITY;
  }

  add(userId: string): void {
    const spans = this.spans.get(userId) ?? [];
    this.spans.set(userId, [...spans, { from: this.lastSeq + 1, to: Number.POSITIVE_INFINITY }]);
  }

  remove(userId: string): void {
    const span = this.spans.get(userId)?.at(-1);
    if (span) span.to = this.lastSeq;
  }

  mark(userId: string, { deliveredSeq, readSeq }: Mark): void {
    const old = this.marks.get(userId) ?? { deliveredSeq: 0, readSeq: 0 };
    this.marks.set(userId, {
      deliveredSeq: Math.max(old.deliveredSeq, deliveredSeq, readSeq),
      readSeq: Math.max(old.readSeq, readSeq),
    });
  }

  visibleTo(userId: string): Message[] {
    const spans = this.spans.get(userId) ?? [];
    return this.messages.filter(({ seq }) => spans.some(({ from, to }) => seq >= from && seq <= to));
  }

  unreadOf(userId: string): number {
    const readSeq = this.marks.get(userId)?.readSeq ?? 0;
    return this.visibleTo(userId).filter(
      ({ seq, senderId, type }) => seq > readSeq && senderId !== userId && type !== 'system',
    ).length;
  }
}

/** A client that knows what sync tells it, and nothing else. */
class Device {
  readonly chats = new Map<string, { rev: number; receiptRev: number; view: ChatView }>();
  readonly messages = new Map<string, Message>();
  readonly marks = new Map<string, Mark>();
  requests = 0;

  constructor(
    private readonly app: TestApp,
    readonly user: TestUser,
    private readonly random: SeededRandom,
  ) {}

  /** Catches up, by cursors or by going on from the revs that it holds. */
  async sync(): Promise<void> {
    if (this.random.chance(0.5)) await this.syncByCursor();
    else await this.syncByRevs();
  }

  private async syncByCursor(): Promise<void> {
    const chats = this.held();
    const limit = 1 + this.random.below(12);
    let cursor: string | null = null;
    do {
      const answer: SyncAnswer = await this.request({ chats, limit, ...(cursor !== null && { cursor }) });
      answer.chats.forEach((one) => this.take(one));
      cursor = answer.nextCursor;
    } while (cursor !== null);
  }

  private async syncByRevs(): Promise<void> {
    for (;;) {
      const answer = await this.request({ chats: this.held(), limit: 1 + this.random.below(12) });
      answer.chats.forEach((one) => this.take(one));
      if (answer.chats.length === 0) return;
    }
  }

  private held(): Record<string, { rev: number; receiptRev: number }> {
    return Object.fromEntries([...this.chats].map(([id, { rev, receiptRev }]) => [id, { rev, receiptRev }]));
  }

  private async request(body: object): Promise<SyncAnswer> {
    this.requests += 1;
    const answer = await this.app.http.post('/api/sync').set(this.user.auth).send(body).expect(200);
    return answer.body as SyncAnswer;
  }

  private take({ chat, messages, receipts = [], rev, receiptRev }: Synced): void {
    const heldRev = this.chats.get(chat.id)?.rev ?? 0;
    expect(rev).toBeGreaterThanOrEqual(heldRev);
    for (const message of messages) {
      expect(this.messages.has(message.id), 'exactly what it lacks').toBe(false);
      this.messages.set(message.id, message);
    }
    for (const { userId, ...mark } of receipts) this.marks.set(`${chat.id} ${userId}`, mark);
    this.chats.set(chat.id, { rev, receiptRev, view: chat });
  }

  /** What lies before a snapshot is read back as a client does when somebody scrolls up. */
  async scrollUp(chatId: string): Promise<void> {
    let first = Math.min(...this.in(chatId).map(({ seq }) => seq), Number.MAX_SAFE_INTEGER);
    for (let hasMore = true; hasMore;) {
      const { body } = await this.app.http
        .get(`/api/chats/${chatId}/messages?before=${first}&limit=${1 + this.random.below(40)}`)
        .set(this.user.auth)
        .expect(200);
      const page = body as { items: Message[]; hasMore: boolean };
      for (const message of page.items) this.messages.set(message.id, message);
      first = page.items[0]?.seq ?? first;
      hasMore = page.hasMore;
    }
  }

  in(chatId: string): Message[] {
    return [...this.messages.values()]
      .filter((message) => message.chatId === chatId)
      .toSorted((a, b) => a.seq - b.seq);
  }
}

describe('sync', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  const sync = async (user: TestUser, body: object): Promise<SyncAnswer> =>
    (await app.http.post('/api/sync').set(user.auth).send(body).expect(200)).body as SyncAnswer;

  const send = async (user: TestUser, chatId: string, text: string): Promise<Message> => {
    const { body } = await app.http
      .post(`/api/chats/${chatId}/messages`)
      .set(user.auth)
      .send({ clientMessageId: text, text })
      .expect(201);
    return body as Message;
  };

  for (const seed of SeededRandom.seeds(2)) {
    it(`should bring devices that come and go to where one is that never left (SEED=${seed})`, async () => {
      const random = new SeededRandom(seed);
      const world = await World.create(app, random);

      for (let step = 0; step < 100; step += 1) {
        await world.act();
        if (random.chance(0.15)) await random.pick(world.devices).sync();
        if (step % 25 === 0) await world.assertLists();
      }
      await Promise.all(world.devices.map((device) => device.sync()));

      await world.assertLists();
      await world.assertDevices();
      await world.assertOnline();
    }, 40_000);
  }

  it('should say nothing to who holds everything', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.directChat(ann, bob);
    await send(ann, chatId, 'one');
    const first = await sync(bob, { chats: {}, me: 0 });
    const { rev, receiptRev } = first.chats[0] as Synced;

    const again = await sync(bob, { chats: { [chatId]: { rev, receiptRev } }, me: first.me?.rev });

    expect(first.chats).toMatchObject([{ rev: 2, hasMore: false, messages: [{ text: 'one' }] }]);
    expect(first.me).toMatchObject({ user: { name: bob.user.name } });
    expect(again).toMatchObject({ chats: [], removedChats: [], nextCursor: null });
    expect(again.me).toBeUndefined();
  });

  it('should give the latest 50 of a chat that a device does not know, and the rest by history', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.directChat(ann, bob);
    for (let n = 1; n <= 60; n += 1) await send(ann, chatId, `${n}`);

    const { chats } = await sync(bob, { chats: { [chatId]: 0 }, limit: 5 });

    expect(chats[0]?.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 11));
    expect(chats[0]).toMatchObject({ rev: 61, hasMore: false, chat: { unreadCount: 60 } });
  });

  it('should ignore chats that are foreign or do not exist', async () => {
    const [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await app.directChat(ann, bob);

    const answer = await sync(eve, { chats: { [chatId]: 1, ['f'.repeat(24)]: { rev: 3, receiptRev: 1 } } });

    expect(answer).toMatchObject({ chats: [], removedChats: [], nextCursor: null });
  });

  it('should refuse what is no map of revs', async () => {
    const ann = await app.registerAndLogin();
    const id = 'a'.repeat(24);
    const bad = [
      [],
      null,
      'x',
      { x: 1 },
      { [id]: -1 },
      { [id]: 1.5 },
      { [id]: '1' },
      { [id]: { receiptRev: 1 } },
    ];
    for (const chats of [...bad, { [id]: { rev: 1, other: 1 } }, { [id]: null }])
      await app.http.post('/api/sync').set(ann.auth).send({ chats }).expect(400);
    for (const rest of [{ limit: 0 }, { limit: 1001 }, { cursor: 'x' }, { me: -1 }, { more: 1 }])
      await app.http
        .post('/api/sync')
        .set(ann.auth)
        .send({ chats: {}, ...rest })
        .expect(400);
  });

  it('should tell an ex-member the end, and nothing that follows it', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.group(ann, [bob]);
    await send(ann, chatId, 'before');
    const { rev } = (await sync(bob, { chats: {} })).chats[0] as Synced;
    await send(ann, chatId, 'just before');
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    await send(ann, chatId, 'after');

    const [left] = (await sync(bob, { chats: { [chatId]: rev } })).chats;

    const end = { type: 'system', system: { kind: 'member_removed', userIds: [bob.id] } };
    expect(left).toMatchObject({ rev: 4, hasMore: false, messages: [{ text: 'just before' }, end] });
    expect(left?.chat).toMatchObject({ lastSeq: 4, memberCount: 1, rev: 4, lastMessage: end });
    await send(ann, chatId, 'later still');
    await app.http.post(`/api/chats/${chatId}/members`).set(ann.auth).send({ userIds: [] });
    expect((await sync(bob, { chats: { [chatId]: 4 } })).chats).toEqual([]);
    const snapshot = (await sync(bob, { chats: {} })).chats[0];
    expect(textsOf(snapshot)).toEqual(['before', 'just before']);
  });

  it('should give who comes back the past and what follows, without the gap', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.group(ann, [bob]);
    await send(ann, chatId, 'seen');
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(ann.auth).expect(204);
    const held = (await sync(bob, { chats: {} })).chats[0] as Synced;
    await send(ann, chatId, 'missed');
    await app.http
      .post(`/api/chats/${chatId}/members`)
      .set(ann.auth)
      .send({ userIds: [bob.id] })
      .expect(201);
    await send(ann, chatId, 'seen again');

    const behind = (await sync(bob, { chats: { [chatId]: held.rev } })).chats[0];
    const snapshot = (await sync(bob, { chats: {} })).chats[0];

    expect(textsOf(behind)).toEqual(['seen again']);
    expect(textsOf(snapshot)).toEqual(['seen', 'seen again']);
    expect(snapshot?.chat).toMatchObject({ lastSeq: 6, unreadCount: 2 });
  });

  it('should name all that was deleted for oneself to who goes on from the revs held', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatIds = [await app.group(ann, [bob]), await app.group(ann, [bob])].toSorted();
    const sent = [];
    for (const chatId of chatIds) sent.push(await send(ann, chatId, 'one'));
    const before = await sync(bob, { chats: {}, me: 0 });
    let me = before.me?.rev ?? 0;
    const held = Object.fromEntries(before.chats.map(({ chat, rev }) => [chat.id, rev]));
    for (const { id } of sent) await app.http.delete(`/api/messages/${id}?for=me`).set(bob.auth).expect(200);
    for (const chatId of chatIds) await send(ann, chatId, 'two');

    const removed: string[] = [];
    for (let answers = 0; answers < 5; answers += 1) {
      const answer = await sync(bob, { chats: held, me, limit: 1 });
      for (const one of answer.chats) {
        held[one.chat.id] = one.rev;
        removed.push(...(one.removed ?? []));
      }
      me = answer.me?.rev ?? me;
    }

    expect([...new Set(removed)].toSorted()).toEqual(sent.map(({ id }) => id).toSorted());
    expect((await sync(bob, { chats: held, me })).me).toBeUndefined();
  });

  it('should bring what is of oneself with the last answer, as it was before the first', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatIds = [await app.group(ann, [bob]), await app.group(ann, [bob])].toSorted();
    const [first] = [
      await send(ann, chatIds[0] as string, 'one'),
      await send(ann, chatIds[1] as string, 'one'),
    ];
    const chats = Object.fromEntries(chatIds.map((chatId) => [chatId, 1]));

    const page = await sync(bob, { chats, me: 0, limit: 1 });
    await app.http.delete(`/api/messages/${first.id}?for=me`).set(bob.auth).expect(200);
    const last = await sync(bob, { chats, me: 0, limit: 1, cursor: page.nextCursor });
    const { chats: lacked } = await sync(bob, { chats: { [chatIds[0] as string]: 2 }, me: last.me?.rev });

    expect(page.me).toBeUndefined();
    expect(last).toMatchObject({ me: { user: { name: bob.user.name } }, nextCursor: null });
    expect(lacked.find(({ chat }) => chat.id === chatIds[0])?.removed).toEqual([first.id]);
  });

  it('should not tell who has left that others go on reading', async () => {
    const [ann, bob, cat] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    const chatId = await app.group(ann, [bob, cat]);
    const { seq } = await send(ann, chatId, 'one');
    await app.http.delete(`/api/chats/${chatId}/members/${bob.id}`).set(bob.auth).expect(204);
    const seen = async () =>
      (await app.http.get(`/api/chats/${chatId}`).set(bob.auth).expect(200)).body as object;
    const before = await seen();

    await (await app.connectAs(cat)).ok('message_read', { chatId, seq });

    expect(await seen()).toEqual(before);
  });

  it('should name the chats that are gone for good', async () => {
    const [ann, bob] = (await app.users(2)) as [TestUser, TestUser];
    const chatId = await app.group(ann, [bob]);
    await send(ann, chatId, 'one');
    const remove = () => app.http.delete(`/api/chats/${chatId}/me`).set(bob.auth).expect(204);

    await remove(); // leaves
    expect((await sync(bob, { chats: { [chatId]: 1 } })).removedChats).toEqual([]);
    await remove(); // forgets

    expect(await sync(bob, { chats: { [chatId]: 1 } })).toMatchObject({ chats: [], removedChats: [chatId] });
    expect(await sync(bob, { chats: {} })).toMatchObject({ chats: [], removedChats: [] });
  });
});

/** People, their chats and devices, and the model of what must be. */
class World {
  private count = 0;

  private constructor(
    private readonly app: TestApp,
    private readonly random: SeededRandom,
    private readonly users: TestUser[],
    private readonly chats: ChatModel[],
    readonly devices: Device[],
    private readonly online: Map<TestUser, TestSocket>,
  ) {}

  static async create(app: TestApp, random: SeededRandom): Promise<World> {
    const users = await app.users(4);
    const online = new Map<TestUser, TestSocket>();
    for (const user of users) online.set(user, await app.connectAs(user));
    const chats: ChatModel[] = [];
    const note = (chat: ChatModel, kind: string, userIds: string[]) =>
      noteOf(online, users, chat, kind, userIds);
    for (let i = 0; i < 3; i += 1) {
      const [owner, ...others] = random.shuffled(users) as [TestUser, ...TestUser[]];
      const members = others.slice(0, 1 + random.below(others.length));
      const id = await app.group(owner, members);
      const memberIds = [owner, ...members].map((user) => user.id);
      const chat = new ChatModel(id, owner.id, memberIds, true);
      chat.messages.push(
        await note(
          chat,
          'group_created',
          members.map((user) => user.id),
        ),
      );
      chats.push(chat);
    }
    const [ann, bob] = users as [TestUser, TestUser];
    chats.push(new ChatModel(await app.directChat(ann, bob), ann.id, [ann.id, bob.id], false));
    const devices = users.flatMap((user) => [new Device(app, user, random), new Device(app, user, random)]);
    return new World(app, random, users, chats, devices, online);
  }

  /** One random thing that somebody does. */
  async act(): Promise<void> {
    const chat = this.random.pick(this.chats);
    const dice = this.random.next();
    if (dice < 0.55) await this.burst(chat, 1 + this.random.below(6));
    else if (dice < 0.75) await this.receipt(chat);
    else if (dice < 0.85) await this.remove(chat);
    else await this.add(chat);
  }

  private async burst(chat: ChatModel, size: number): Promise<void> {
    const senders = Array.from({ length: size }, () => this.userOf(this.random.pick(chat.memberIds)));
    const sent = await Promise.all(
      senders.map(async (sender) => {
        const clientMessageId = `m ${(this.count += 1)}`;
        const payload = { chatId: chat.id, clientMessageId, text: clientMessageId };
        const { message } = (await this.phoneOf(sender).ok('new_message', payload)) as {
          message: Message;
        };
        return message;
      }),
    );
    chat.messages.push(...sent.toSorted((a, b) => a.seq - b.seq));
    expect(chat.messages.map(({ seq }) => seq)).toEqual(chat.messages.map((_, i) => i + 1));
  }

  private async receipt(chat: ChatModel): Promise<void> {
    if (chat.lastSeq === 0) return;
    const userId = this.random.pick(chat.memberIds);
    const seq = 1 + this.random.below(chat.lastSeq);
    const isRead = this.random.chance(0.5);
    const event = isRead ? 'message_read' : 'message_delivered';
    await this.phoneOf(this.userOf(userId)).ok(event, { chatId: chat.id, seq });
    chat.mark(userId, { deliveredSeq: seq, readSeq: isRead ? seq : 0 });
  }

  private async remove(chat: ChatModel): Promise<void> {
    const userId = this.random.pick(chat.memberIds);
    if (!chat.isGroup || userId === chat.ownerId) return;
    const by = this.userOf(this.random.chance(0.5) ? chat.ownerId : userId);
    await this.app.http.delete(`/api/chats/${chat.id}/members/${userId}`).set(by.auth).expect(204);
    await this.note(chat, by.id === userId ? 'member_left' : 'member_removed', userId);
    chat.remove(userId);
  }

  private async add(chat: ChatModel): Promise<void> {
    const { id: userId } = this.random.pick(this.users);
    if (!chat.isGroup || chat.has(userId)) return;
    const by = this.userOf(chat.ownerId);
    await this.app.http
      .post(`/api/chats/${chat.id}/members`)
      .set(by.auth)
      .send({ userIds: [userId] })
      .expect(201);
    chat.add(userId);
    await this.note(chat, 'member_added', userId);
  }

  /** What the server itself says of it in the chat. */
  private async note(chat: ChatModel, kind: string, userId: string): Promise<void> {
    chat.messages.push(await noteOf(this.online, this.users, chat, kind, [userId]));
  }

  async assertLists(): Promise<void> {
    for (const user of this.users) {
      const { body } = await this.app.http.get('/api/chats?limit=100').set(user.auth).expect(200);
      const listed = (body as { items: ChatView[] }).items;
      const seen = listed.map(({ id, unreadCount, lastMessage }) => ({
        id,
        unreadCount,
        last: lastMessage?.seq ?? 0,
      }));
      const expected = this.chats
        .filter(({ spans }) => spans.has(user.id))
        .map((chat) => ({
          id: chat.id,
          unreadCount: chat.unreadOf(user.id),
          last: chat.visibleTo(user.id).at(-1)?.seq ?? 0,
        }));
      const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
      expect(seen.toSorted(byId)).toEqual(expected.toSorted(byId));
    }
  }

  async assertDevices(): Promise<void> {
    for (const device of this.devices) {
      const { id: userId } = device.user;
      const mine = this.chats.filter(({ spans }) => spans.has(userId));
      expect([...device.chats.keys()].toSorted()).toEqual(mine.map(({ id }) => id).toSorted());
      for (const chat of mine) {
        const visible = chat.visibleTo(userId);
        const held = device.in(chat.id);
        // A snapshot leaves out what is older than its latest 50; from there on nothing may be missing.
        expect(held).toEqual(visible.slice(visible.length - held.length));
        expect(held.length).toBeGreaterThanOrEqual(Math.min(SNAPSHOT, visible.length));
        await device.scrollUp(chat.id);
        expect(device.in(chat.id)).toEqual(visible);
        if (chat.has(userId)) this.assertMembers(device, chat);
      }
    }
  }

  private assertMembers(device: Device, chat: ChatModel): void {
    const view = device.chats.get(chat.id)?.view;
    expect(view?.members.map(({ userId }) => userId).toSorted()).toEqual(chat.memberIds.toSorted());
    for (const { userId, lastReadSeq, lastDeliveredSeq } of view?.members ?? []) {
      const mark = chat.marks.get(userId);
      expect({ lastReadSeq, lastDeliveredSeq }).toEqual({
        lastReadSeq: mark?.readSeq ?? 0,
        lastDeliveredSeq: mark?.deliveredSeq ?? 0,
      });
      expect(device.marks.get(`${chat.id} ${userId}`), `receipts of ${userId}`).toEqual(mark);
    }
  }

  /** A socket that was there throughout has heard each message that its user may see, once and in order. */
  async assertOnline(): Promise<void> {
    for (const [user, socket] of this.online) {
      await socket.settle();
      for (const chat of this.chats) {
        const heard = (socket.all('receive_message') as Message[]).filter(({ chatId }) => chatId === chat.id);
        expect(heard).toEqual(chat.visibleTo(user.id));
      }
    }
  }

  private phoneOf(user: TestUser): TestSocket {
    return this.online.get(user) as TestSocket;
  }

  private userOf(userId: string): TestUser {
    return this.users.find(({ id }) => id === userId) as TestUser;
  }
}

/** The next message of a chat, which its owner hears; it is the server's own and tells this. */
async function noteOf(
  online: Map<TestUser, TestSocket>,
  users: TestUser[],
  { id, ownerId, lastSeq }: ChatModel,
  kind: string,
  userIds: string[],
): Promise<Message> {
  const phone = online.get(users.find((user) => user.id === ownerId) as TestUser) as TestSocket;
  const heard = (await phone.next(
    'receive_message',
    ({ chatId, seq }: Message) => chatId === id && seq === lastSeq + 1,
  )) as Message;
  expect(heard).toMatchObject({ type: 'system', text: '', system: { kind, userIds } });
  return heard;
}
