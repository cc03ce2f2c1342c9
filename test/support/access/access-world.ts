import { ChatWatermarks } from '../../../src/chats/log/chat-watermarks.js';
import { ReceiptMoves } from '../../../src/chats/receipts/receipt-moves.service.js';
import { DomainEvents } from '../../../src/events/domain-events.js';
import type { TestApp, TestUser } from '../create-test-app.js';
import { imageOf, upload } from '../media-files.js';
import { storedDocuments } from '../stored-documents.js';
import type { TestSocket } from '../test-socket.js';

/** In everything that is not for strangers. */
export const SECRET = 'secret';
/** In everything that came to the group behind the removal. */
export const LATER = 'afterwards';

const NAMES = ['ann', 'bob', 'cat', 'eve', 'wes', 'blo', 'pat'] as const;
export type Name = (typeof NAMES)[number];
export type Cast = Record<Name, TestUser>;

/**
 * Ann owns a group, Bob is in it, Cat was removed from it, Eve and Wes know nobody (Wes only listens), Ann has
 * blocked Blo, with whom she has a direct chat, and Pat is somebody to be added and invited.
 */
export class AccessWorld {
  private before: Record<string, string[]> = {};
  private made = 0;

  private constructor(
    readonly app: TestApp,
    readonly cast: Cast,
    private readonly phones: Map<string, TestSocket>,
  ) {}

  static async open(app: TestApp): Promise<AccessWorld> {
    const users = await app.users(NAMES.length);
    const cast = Object.fromEntries(NAMES.map((name, i) => [name, users[i]])) as Cast;
    const phones = new Map<string, TestSocket>();
    for (const user of users) phones.set(user.id, await app.connectAs(user));
    return new AccessWorld(app, cast, phones);
  }

  phone(who: TestUser): TestSocket {
    return this.phones.get(who.id) as TestSocket;
  }

  /** Calls, and fails unless it goes well. */
  async ok(
    who: TestUser,
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
  ): Promise<any> {
    const answer = await this.app.http[method](`/api${path}`).set(who.auth).send(body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  send(who: TestUser, chatId: string, content: object): Promise<any> {
    return this.ok(who, 'post', `/chats/${chatId}/messages`, { clientMessageId: this.unique(), ...content });
  }

  inAnHour(): string {
    return new Date(this.app.clock.nowMs() + 3_600_000).toISOString();
  }

  unique(): string {
    return `made ${(this.made += 1)}`;
  }

  /** Fresh bytes, so that no two files are one. */
  async picture(of: TestUser): Promise<string> {
    const width = 40 + (this.made += 1);
    return (await upload(this.app, of, await imageOf({ width }))).id;
  }

  /** Somebody who has just come, without a device. */
  newcomer(): Promise<TestUser> {
    return this.app.registerAndLogin();
  }

  /** A group of Ann's with Bob in it, and Cat, who is removed after `meanwhile`. */
  async group<T>(meanwhile?: (groupId: string) => Promise<T>): Promise<{ id: string; past: T | undefined }> {
    const { ann, bob, cat } = this.cast;
    const id = await this.app.group(ann, [bob, cat], `${SECRET} group`);
    const past = await meanwhile?.(id);
    await this.ok(ann, 'delete', `/chats/${id}/members/${cat.id}`);
    return { id, past };
  }

  /** From here on nothing may happen, but for what is asked about. */
  async freeze(): Promise<void> {
    // What is written a moment later, by design.
    await this.app.app.get(ChatWatermarks).flush();
    await this.app.app.get(ReceiptMoves).flush();
    do {
      for (const phone of this.phones.values()) phone.forget();
      await this.settle();
    } while ([...this.phones.values()].some(({ heard }) => heard.length > 0));
    this.before = await storedDocuments(this.app);
  }

  /** What the server is at is done, and what it sent has arrived. */
  private async settle(): Promise<void> {
    await this.app.app.get(DomainEvents).settled();
    await this.phone(this.cast.wes).settle();
    // Events keep their order, so a refusal comes behind them; unlike an answer it costs no look into the database,
    // where the chats grow with every row.
    await Promise.all([...this.phones.values()].map((phone) => phone.refusal('VALIDATION', 'presence', {})));
  }

  /** Who has heard what, apart from `except`. */
  async heard(except: TestUser[] = []): Promise<string[]> {
    await this.settle();
    return Object.entries(this.cast).flatMap(([name, user]) =>
      except.includes(user) ? [] : this.phone(user).heard.map(({ event }) => `${name} heard ${event}`),
    );
  }

  /**
   * What is stored otherwise than before. What `actor` may do concerns documents that name them; the chats of
   * others, and what is said there, are never theirs.
   */
  async changes(actor?: TestUser): Promise<string[]> {
    const now = await storedDocuments(this.app);
    const chats = (this.before.chats ?? []).map((text) => JSON.parse(text) as StoredChat);
    const ofOthers = new Set(chats.filter(({ createdBy }) => createdBy !== actor?.id).map(({ _id }) => _id));
    const isTheirs = (collection: string, document: string) => {
      const { _id, chatId } = JSON.parse(document) as { _id: string; chatId?: string };
      if (collection === 'chats') return !ofOthers.has(_id);
      if (collection === 'messages') return !ofOthers.has(String(chatId));
      return actor !== undefined && document.includes(actor.id);
    };
    const missingIn = (a: Record<string, string[]>, b: Record<string, string[]>, sign: string) =>
      Object.entries(a).flatMap(([collection, documents]) => {
        const others = new Set(b[collection]);
        return documents
          .filter((document) => !others.has(document))
          .filter((document) => !actor || !isTheirs(collection, document))
          .map((document) => `${sign} ${collection}: ${document}`);
      });
    return [...missingIn(this.before, now, '-'), ...missingIn(now, this.before, '+')];
  }
}

interface StoredChat {
  _id: string;
  createdBy: string;
}
