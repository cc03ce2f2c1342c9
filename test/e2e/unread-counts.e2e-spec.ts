import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestApp, type TestApp, type TestUser } from '../support/create-test-app.js';
import { SeededRandom } from '../support/seeded-random.js';
import type { TestSocket } from '../support/test-socket.js';

interface ChatView {
  id: string;
  lastSeq: number;
  unreadCount: number;
  me: { markedUnread: boolean; lastReadSeq: number };
}

interface Span {
  from: number;
  to: number;
  /** What is older was there when they joined. */
  unreadFrom: number;
}

const OPEN = Number.POSITIVE_INFINITY;

/** One user in one chat, as simple as can be. */
class Seat {
  spans: Span[] = [];
  readSeq = 0;
  clearedUpTo = 0;
  deletedUpTo = -1;
  /** Messages deleted one by one. */
  readonly deletedSeqs = new Set<number>();
  isMarked = false;

  get isIn(): boolean {
    return this.spans.at(-1)?.to === OPEN;
  }

  join(seq: number, withHistory: boolean): void {
    if (withHistory) this.spans = [{ from: 1, to: OPEN, unreadFrom: seq }];
    else this.spans.push({ from: seq, to: OPEN, unreadFrom: seq });
  }

  leave(seq: number): void {
    (this.spans.at(-1) as Span).to = seq;
  }

  read(seq: number): void {
    this.readSeq = Math.max(this.readSeq, seq);
    this.isMarked = false;
  }
}

/** What was written in one chat, and who sits in it. */
class ChatModel {
  /** By `seq`; `null` for what the chat says of itself. */
  readonly authors: (string | null)[] = [];
  /** Of what people wrote; by `seq`. */
  readonly ids = new Map<number, string>();
  readonly seats = new Map<string, Seat>();
  hasHistory = false;

  constructor(
    readonly id: string,
    readonly ownerId: string,
    readonly isGroup: boolean,
    memberIds: string[],
  ) {
    if (isGroup) this.authors.push(null);
    for (const userId of memberIds) this.seatOf(userId).join(1, false);
  }

  get lastSeq(): number {
    return this.authors.length;
  }

  get memberIds(): string[] {
    return [...this.seats].filter(([, seat]) => seat.isIn).map(([userId]) => userId);
  }

  seatOf(userId: string): Seat {
    const seat = this.seats.get(userId) ?? new Seat();
    this.seats.set(userId, seat);
    return seat;
  }

  isListedFor(userId: string): boolean {
    const seat = this.seats.get(userId);
    return seat !== undefined && (this.isGroup || this.lastSeq > seat.deletedUpTo);
  }

  unreadOf(userId: string): number {
    const seat = this.seatOf(userId);
    const isUnread = (author: string | null, seq: number) =>
      author !== null &&
      author !== userId &&
      !seat.deletedSeqs.has(seq) &&
      seq > Math.max(seat.readSeq, seat.clearedUpTo, seat.deletedUpTo) &&
      seat.spans.some(({ from, to, unreadFrom }) => seq >= Math.max(from, unreadFrom) && seq <= to);
    return this.authors.filter((author, i) => isUnread(author, i + 1)).length;
  }
}

describe('unread counts', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ RATE_LIMITS: 'off' });
  });

  afterAll(() => app.close());

  for (const seed of SeededRandom.seeds(3)) {
    it(`should be those of a naive count, whatever people do on several devices (SEED=${seed})`, async () => {
      const world = await World.create(app, new SeededRandom(seed));

      for (let step = 0; step < 120; step += 1) {
        await world.act();
        await world.assertOne();
      }

      await world.assertAll();
    }, 60_000);
  }
});

/** People with two devices each, and their chats. */
class World {
  private count = 0;

  private constructor(
    private readonly app: TestApp,
    private readonly random: SeededRandom,
    private readonly users: TestUser[],
    private readonly chats: ChatModel[],
    private readonly devices: Map<string, TestSocket[]>,
  ) {}

  static async create(app: TestApp, random: SeededRandom): Promise<World> {
    const users = await app.users(4);
    const devices = new Map<string, TestSocket[]>();
    for (const user of users)
      devices.set(user.id, await Promise.all([app.connectAs(user), app.connectAs(user)]));
    const [ann, bob, cat] = users as [TestUser, TestUser, TestUser];
    const chats = [
      new ChatModel(await app.group(ann, [bob, cat]), ann.id, true, [ann.id, bob.id, cat.id]),
      new ChatModel(await app.group(bob, [ann]), bob.id, true, [bob.id, ann.id]),
      new ChatModel(await app.directChat(ann, cat), ann.id, false, [ann.id, cat.id]),
    ];
    return new World(app, random, users, chats, devices);
  }

  /** One random thing that somebody does. */
  async act(): Promise<void> {
    const chat = this.random.pick(this.chats);
    const member = this.userOf(this.random.pick(chat.memberIds));
    const acts: [number, () => Promise<void>][] = [
      [0.4, () => this.send(chat, 1 + this.random.below(4))],
      [0.6, () => this.read(chat, member)],
      [0.65, () => this.deleteForMe(chat, member)],
      [0.73, () => this.leave(chat, member)],
      [0.82, () => this.add(chat, this.random.pick(this.users))],
      [0.86, () => this.switchHistory(chat)],
      [0.91, () => this.clear(chat, member)],
      [0.97, () => this.mark(chat, member)],
      [1, () => this.deleteDirect(chat, member)],
    ];
    const dice = this.random.next();
    await acts.find(([limit]) => dice < limit)?.[1]();
  }

  /** Several at once, from any device. */
  private async send(chat: ChatModel, size: number): Promise<void> {
    const sent = await Promise.all(
      Array.from({ length: size }, async () => {
        const userId = this.random.pick(chat.memberIds);
        const payload = { chatId: chat.id, clientMessageId: `m ${(this.count += 1)}`, text: 'x' };
        const { message } = (await this.deviceOf(userId).ok('new_message', payload)) as {
          message: { id: string; seq: number; senderId: string };
        };
        return message;
      }),
    );
    for (const { id, seq, senderId } of sent) {
      chat.authors[seq - 1] = senderId;
      chat.ids.set(seq, id);
    }
    expect(chat.authors).not.toContain(undefined);
  }

  private async read(chat: ChatModel, { id }: TestUser): Promise<void> {
    if (chat.lastSeq === 0) return;
    const seqs = Array.from({ length: 1 + this.random.below(3) }, () => 1 + this.random.below(chat.lastSeq));
    await Promise.all(seqs.map((seq) => this.deviceOf(id).ok('message_read', { chatId: chat.id, seq })));
    for (const seq of seqs) chat.seatOf(id).read(seq);
  }

  /** What they don't see they can't delete; on any device, or by REST. */
  private async deleteForMe(chat: ChatModel, user: TestUser): Promise<void> {
    if (chat.ids.size === 0) return;
    const [seq, messageId] = this.random.pick([...chat.ids]);
    const ack = await this.deviceOf(user.id).send('delete_message', { messageId, for: 'me' });
    if (ack.ok) chat.seatOf(user.id).deletedSeqs.add(seq);
    else expect(ack.error.code).toBe('NOT_FOUND');
  }

  private async leave(chat: ChatModel, user: TestUser): Promise<void> {
    if (!chat.isGroup || user.id === chat.ownerId) return;
    const by = this.random.chance(0.5) ? user : this.userOf(chat.ownerId);
    await this.app.http.delete(`/api/chats/${chat.id}/members/${user.id}`).set(by.auth).expect(204);
    chat.authors.push(null);
    chat.seatOf(user.id).leave(chat.lastSeq);
  }

  private async add(chat: ChatModel, { id }: TestUser): Promise<void> {
    if (!chat.isGroup || chat.memberIds.includes(id)) return;
    await this.app.http
      .post(`/api/chats/${chat.id}/members`)
      .set(this.userOf(chat.ownerId).auth)
      .send({ userIds: [id] })
      .expect(201);
    chat.authors.push(null);
    chat.seatOf(id).join(chat.lastSeq, chat.hasHistory);
  }

  private async switchHistory(chat: ChatModel): Promise<void> {
    if (!chat.isGroup) return;
    chat.hasHistory = !chat.hasHistory;
    await this.app.http
      .patch(`/api/chats/${chat.id}`)
      .set(this.userOf(chat.ownerId).auth)
      .send({ settings: { historyForNew: chat.hasHistory } })
      .expect(200);
    chat.authors.push(null);
  }

  private async clear(chat: ChatModel, user: TestUser): Promise<void> {
    await this.app.http.post(`/api/chats/${chat.id}/clear`).set(user.auth).expect(204);
    const seat = chat.seatOf(user.id);
    seat.clearedUpTo = chat.lastSeq;
    seat.isMarked = false;
  }

  private async mark(chat: ChatModel, user: TestUser): Promise<void> {
    await this.app.http.post(`/api/chats/${chat.id}/unread`).set(user.auth).expect(204);
    chat.seatOf(user.id).isMarked = true;
  }

  private async deleteDirect(chat: ChatModel, user: TestUser): Promise<void> {
    if (chat.isGroup) return;
    await this.app.http.delete(`/api/chats/${chat.id}/me`).set(user.auth).expect(204);
    const seat = chat.seatOf(user.id);
    seat.deletedUpTo = chat.lastSeq;
    seat.isMarked = false;
  }

  /** One chat as somebody sees it. */
  async assertOne(): Promise<void> {
    const chat = this.random.pick(this.chats);
    const user = this.userOf(this.random.pick([...chat.seats.keys()]));
    const { body } = await this.app.http.get(`/api/chats/${chat.id}`).set(user.auth).expect(200);
    expect(this.seen(body as ChatView)).toEqual(this.expected(chat, user));
  }

  /** The lists of all, and what a new device gets. */
  async assertAll(): Promise<void> {
    for (const user of this.users) {
      const expected = this.chats
        .filter((chat) => chat.isListedFor(user.id))
        .map((chat) => this.expected(chat, user));
      const list = await this.app.http.get('/api/chats').set(user.auth).expect(200);
      const sync = await this.app.http.post('/api/sync').set(user.auth).send({ chats: {} }).expect(200);
      const synced = (sync.body as { chats: { chat: ChatView }[] }).chats.map(({ chat }) => chat);
      for (const views of [(list.body as { items: ChatView[] }).items, synced])
        expect(byId(views.map((view) => this.seen(view)))).toEqual(byId(expected));
    }
  }

  private seen({ id, unreadCount, me }: ChatView) {
    return { id, unreadCount, isMarked: me.markedUnread, readSeq: me.lastReadSeq };
  }

  private expected(chat: ChatModel, { id: userId }: TestUser) {
    const { isMarked, readSeq } = chat.seatOf(userId);
    return { id: chat.id, unreadCount: chat.unreadOf(userId), isMarked, readSeq };
  }

  private deviceOf(userId: string): TestSocket {
    return this.random.pick(this.devices.get(userId) as TestSocket[]);
  }

  private userOf(userId: string): TestUser {
    return this.users.find(({ id }) => id === userId) as TestUser;
  }
}

function byId<T extends { id: string }>(views: T[]): T[] {
  return views.toSorted((a, b) => a.id.localeCompare(b.id));
}
