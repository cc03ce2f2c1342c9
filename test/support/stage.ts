import { expect } from 'vitest';

import { ChatWatermarks } from '../../src/chats/log/chat-watermarks.js';
import { ReceiptMoves } from '../../src/chats/receipts/receipt-moves.service.js';
import { DomainEvents } from '../../src/events/domain-events.js';
import { createTestApp, type TestApp, type TestUser } from './create-test-app.js';
import { RawHttp } from './raw-http.js';
import { storedDocuments } from './stored-documents.js';
import type { TestSocket } from './test-socket.js';

/**
 * Ann and Bob with a direct chat and a group, a message in each, and two who would hear of anything that
 * happens: Bob's socket and one of Ann's own. For tests of what must not happen.
 */
export class Stage {
  private before: Record<string, string[]> = {};

  private constructor(
    readonly app: TestApp,
    readonly ann: TestUser,
    readonly bob: TestUser,
    readonly eve: TestUser,
    readonly directId: string,
    readonly groupId: string,
    private readonly watchers: TestSocket[],
    /** Speaks as Ann. */
    readonly http: RawHttp,
    /** Speaks as nobody. */
    readonly anonymous: RawHttp,
  ) {}

  static async open(overrides: Record<string, string> = {}): Promise<Stage> {
    const app = await createTestApp({ RATE_LIMITS: 'off', ...overrides });
    const [ann, bob, eve] = (await app.users(3)) as [TestUser, TestUser, TestUser];
    const [directId, groupId] = await Promise.all([app.directChat(ann, bob), app.group(ann, [bob])]);
    for (const chatId of [directId, groupId]) {
      const body = { clientMessageId: 'first', text: 'first' };
      await app.http.post(`/api/chats/${chatId}/messages`).set(bob.auth).send(body).expect(201);
    }
    const watchers = await Promise.all([app.connectAs(bob), app.connectAs(ann)]);
    const http = new RawHttp(app.url, { authorization: ann.auth.Authorization });
    return new Stage(app, ann, bob, eve, directId, groupId, watchers, http, new RawHttp(app.url));
  }

  /** From here on nothing may happen. */
  async freeze(): Promise<void> {
    // What is told, and what is written, a moment later, by design.
    await this.app.app.get(DomainEvents).settled();
    await this.app.app.get(ChatWatermarks).flush();
    await this.app.app.get(ReceiptMoves).flush();
    await this.settle();
    for (const watcher of this.watchers) watcher.forget();
    this.before = await storedDocuments(this.app);
  }

  /** Nothing was stored, nobody was told, and the server is well. */
  async expectUntouched(): Promise<void> {
    expect(await storedDocuments(this.app), 'what is stored').toEqual(this.before);
    await this.settle();
    expect(
      this.watchers.flatMap(({ heard }) => heard),
      'what others heard',
    ).toEqual([]);
    await this.expectHealthy();
  }

  async expectHealthy(): Promise<void> {
    const { status, body } = await this.http.send({ method: 'GET', path: '/health/ready' });
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'ok' } });
  }

  async close(): Promise<void> {
    this.http.close();
    this.anonymous.close();
    await this.app.close();
  }

  private async settle(): Promise<void> {
    await Promise.all(this.watchers.map((watcher) => watcher.settle()));
  }
}

/** Runs tasks a few at a time. */
export async function inParallel<T>(items: readonly T[], atOnce: number, task: (item: T) => Promise<void>) {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await task(item);
    }),
  );
}
