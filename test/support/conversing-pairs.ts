import type { MessageView } from '../../src/messages/message.view.js';
import type { SyncView } from '../../src/sync/sync.view.js';
import type { Cluster, Person } from './cluster.js';
import { FairClock } from './fair-clock.js';
import { RawHttp, type RawResponse } from './raw-http.js';
import type { TestSocket } from './test-socket.js';

/** Sends that one phone has under way. */
const IN_FLIGHT = 4;
/** What the machine is asked for at a time while the scene is set. */
const AT_ONCE = 32;

/** Who writes on one node to somebody who listens on the other, and catches up as clients do. */
export class Pair {
  /** What the listener's device holds, by `seq`. */
  readonly held = new Map<number, string>();
  /** What it heard by events, in that order. */
  readonly heard: { seq: number; text: string }[] = [];
  acked = 0;
  slowestAckMs = 0;
  /** When it was told to sync, and when it had, each time. */
  readonly toldAtMs: number[] = [];
  readonly syncedAtMs: number[] = [];
  private sent = 0;
  private rev = 0;
  private synced: Promise<void> = Promise.resolve();

  constructor(
    private readonly chatId: string,
    readonly phone: TestSocket,
    readonly listening: TestSocket,
    private readonly ask: (method: string, path: string, body?: object) => Promise<RawResponse>,
    private readonly clock: FairClock,
  ) {
    listening.raw.on('receive_message', ({ seq, text }: { seq: number; text: string }) => {
      this.heard.push({ seq, text });
      this.held.set(seq, text);
    });
    listening.raw.on('sync_needed', ({ withinMs }: { withinMs: number }) => {
      this.toldAtMs.push(this.clock.now());
      setTimeout(() => {
        this.synced = this.synced
          .then(() => this.sync())
          .then(() => void this.syncedAtMs.push(this.clock.now()));
      }, Math.random() * withinMs);
    });
  }

  /** Sends so many more, several at a time; resolves when all of them are acked. */
  async say(count: number): Promise<void> {
    const upTo = this.sent + count;
    const sendOn = async (): Promise<void> => {
      while (this.sent < upTo) {
        const text = String((this.sent += 1));
        const message = { chatId: this.chatId, clientMessageId: text, text };
        // It would wait in the client, which does not connect again.
        if (this.phone.raw.disconnected) throw new Error('the phone has lost its connection');
        const sinceMs = this.clock.now();
        const ack = await this.phone.raw.timeout(30_000).emitWithAck('new_message', message);
        if (!ack.ok) throw new Error(`refused: ${JSON.stringify(ack)}`);
        this.slowestAckMs = Math.max(this.slowestAckMs, this.clock.now() - sinceMs);
        this.acked += 1;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, sendOn));
  }

  /** What was heard and how long things took is over and done with; what the device holds it keeps. */
  forget(): void {
    for (const device of [this.phone, this.listening]) device.forget();
    for (const list of [this.heard, this.toldAtMs, this.syncedAtMs]) list.length = 0;
    this.slowestAckMs = 0;
  }

  /** All messages, as the listener reads them back. */
  async history(): Promise<{ seq: number; text: string }[]> {
    const items: MessageView[] = [];
    for (let hasMore = true; hasMore;) {
      const path = `/api/chats/${this.chatId}/messages?limit=100&after=${items.at(-1)?.seq ?? 0}`;
      const { body } = await this.ask('GET', path);
      items.push(...(body.items as MessageView[]));
      hasMore = body.hasMore as boolean;
    }
    return items.map(({ seq, text }) => ({ seq, text }));
  }

  /** Goes on from the rev held until nothing is new. */
  async sync(): Promise<void> {
    for (let isBehind = true; isBehind;) {
      const answer = await this.ask('POST', '/api/sync', { chats: { [this.chatId]: this.rev } });
      const { chats } = answer.body as SyncView;
      for (const { messages, rev } of chats) {
        for (const { seq, text } of messages) this.held.set(seq, text);
        this.rev = rev;
      }
      isBehind = chats.length > 0;
    }
  }
}

export interface Pairs {
  pairs: Pair[];
  /** By which their times are. */
  clock: FairClock;
  close(): void;
}

/** So many pairs, each with a chat: every other one writes from the first node to the second, the rest the other way. */
export async function pairsOf(cluster: Cluster, count: number): Promise<Pairs> {
  const clock = new FairClock();
  const people = await cluster.crowd(2 * count);
  const clients = cluster.nodes.map(({ url }) => new RawHttp(url));
  const couples = Array.from(
    { length: count },
    (_, n) => [people[2 * n]!, people[2 * n + 1]!, n % 2] as const,
  );
  const pairs = await inTurns(couples, async ([ann, bob, here]) => {
    const [near, far] = [clients[here]!, clients[1 - here]!];
    const contact = { type: 'direct', userId: bob.id };
    const { body } = await near.json('POST', '/api/chats', contact, headersOf(ann));
    const [phone, listening] = await Promise.all([
      cluster.connect(ann, here),
      cluster.connect(bob, 1 - here),
    ]);
    const ask = async (method: string, path: string, content?: object): Promise<RawResponse> => {
      const text = content && JSON.stringify(content);
      const request = { method, path, body: text, headers: headersOf(bob) };
      const answer = await far.send(request).catch(() => null);
      // As clients do: an idle connection was just being closed, or the database was busy (`UNAVAILABLE`).
      if (!answer || answer.status === 503) return ask(method, path, content);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      return answer;
    };
    return new Pair((body as { id: string }).id, phone, listening, ask, clock);
  });
  const close = () => {
    clock.stop();
    for (const client of clients) client.close();
  };
  return { pairs, clock, close };
}

const headersOf = ({ token }: Person) => ({ authorization: `Bearer ${token}` });

async function inTurns<T, R>(all: readonly T[], make: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < all.length; n = next++) results[n] = await make(all[n]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
