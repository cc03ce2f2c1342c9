import { expect } from 'vitest';

import type { MessageView } from '../../../src/messages/message.view.js';
import type { SyncView } from '../../../src/sync/sync.view.js';
import type { TestApp, TestUser } from '../create-test-app.js';
import type { SeededRandom } from '../seeded-random.js';
import type { TestSocket } from '../test-socket.js';
import { hear } from './live-events.js';
import { Replica } from './replica.js';

/** A device: what it holds, and its socket while it is on. */
export class Device {
  readonly replica: Replica;
  readonly name: string;
  /** Never switched off. */
  readonly isSteady: boolean;
  socket: TestSocket | null = null;
  private heardUpTo = 0;

  constructor(
    private readonly app: TestApp,
    readonly user: TestUser,
    private readonly random: SeededRandom,
    { name, isSteady }: { name: string; isSteady: boolean },
  ) {
    this.name = name;
    this.isSteady = isSteady;
    this.replica = new Replica(user.id, () => app.clock.nowMs());
  }

  get isOn(): boolean {
    return this.socket !== null;
  }

  /** Events are kept from now on, and taken in behind what the sync brings. */
  async switchOn(): Promise<void> {
    this.socket = await this.app.connectAs(this.user);
    this.heardUpTo = 0;
    await this.sync();
    this.listen();
  }

  switchOff(): void {
    this.listen();
    this.socket?.close();
    this.socket = null;
  }

  /** Takes in what was heard. */
  listen(): void {
    const heard = this.socket?.heard ?? [];
    for (const { event, payload } of heard.slice(this.heardUpTo)) hear(this.replica, event, payload);
    this.heardUpTo = heard.length;
    this.replica.tidy();
  }

  /** By cursors, or by going on from the revs held; in pages of any size. */
  async sync(): Promise<void> {
    if (this.random.chance(0.5)) await this.syncByCursor();
    else await this.syncByRevs();
    this.replica.tidy();
    for (const chatId of this.replica.cutShort) await this.scrollUp(chatId);
    this.replica.cutShort.clear();
    this.replica.tidy();
  }

  private async syncByCursor(): Promise<void> {
    const holds = this.replica.holds();
    const limit = 1 + this.random.below(12);
    let cursor: string | null = null;
    do {
      const answer: SyncView = await this.request({ ...holds, limit, ...(cursor !== null && { cursor }) });
      this.replica.take(answer);
      cursor = answer.nextCursor;
    } while (cursor !== null);
  }

  private async syncByRevs(): Promise<void> {
    for (let pages = 0; ; pages += 1) {
      expect(pages, 'a sync that comes to an end').toBeLessThan(1000);
      const answer = await this.request({ ...this.replica.holds(), limit: 1 + this.random.below(12) });
      this.replica.take(answer);
      if (answer.chats.length === 0) return;
    }
  }

  private async request(body: object): Promise<SyncView> {
    const answer = await this.app.http.post('/api/sync').set(this.user.auth).send(body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body as SyncView;
  }

  /** What lies before a snapshot is read back as a client does when somebody scrolls up. */
  private async scrollUp(chatId: string): Promise<void> {
    if (!this.replica.chats.has(chatId)) return;
    let before = Number.MAX_SAFE_INTEGER;
    for (let hasMore = true; hasMore;) {
      const query = `before=${before}&limit=${5 + this.random.below(60)}`;
      const path = `/api/chats/${chatId}/messages?${query}`;
      const { body } = await this.app.http.get(path).set(this.user.auth).expect(200);
      const page = body as { items: MessageView[]; hasMore: boolean };
      for (const message of page.items) this.replica.messages.set(message.id, message);
      before = page.items[0]?.seq ?? before;
      hasMore = page.hasMore;
    }
  }
}
