import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MemberSpan } from '../../src/chats/chat-member.schema.js';
import { ChatMembersRepository } from '../../src/chats/chat-members.repository.js';
import { Memberships } from '../../src/chats/memberships.service.js';
import { ChatLogRepository } from '../../src/chats/log/chat-log.repository.js';
import { LogEndsRepository } from '../../src/chats/log/log-ends.repository.js';
import { MessageChangesRepository } from '../../src/chats/log/message-changes.repository.js';
import { MessagePast } from '../../src/chats/log/message-past.service.js';
import { MessageMarksRepository } from '../../src/messages/marks/message-marks.repository.js';
import { MessageMarks } from '../../src/messages/marks/message-marks.service.js';
import { SearchEntriesRepository } from '../../src/search/search-entries.repository.js';
import { SearchIndexer } from '../../src/search/search-indexer.service.js';
import { SearchProgressRepository } from '../../src/search/search-progress.repository.js';
import { SearchRanking } from '../../src/search/search-ranking.service.js';
import { SearchScopes } from '../../src/search/search-scopes.service.js';
import { SearchService } from '../../src/search/search.service.js';
import { SearchWindows } from '../../src/search/search-window.service.js';
import { termsOf } from '../../src/search/search-words.js';
import { createTestApp, databaseUri, type TestApp } from '../support/create-test-app.js';
import { type Plan, PlanRecorder } from '../support/query-plans.js';
import { hex, NOW, objectId, times, user } from './query-plans/ids.js';

const MESSAGES = 100_000;
const CHATS = 50;
const PER_CHAT = MESSAGES / CHATS;
const WORDS = 'time people way day man thing woman life child world school state family student group'.split(
  ' ',
);

const DATABASE = `search_work_${randomBytes(4).toString('hex')}`;
const chat = (n: number) => objectId(2, n);
/** Message `n` of all, in turn in each chat; ids ascend with the time. */
const message = (n: number) => objectId(0x60000000 + n, n);

/** Every message has a common word or two, every 5,000th a rare one, one has a word of its own. */
function textOf(n: number): string {
  const common = `hello ${WORDS[n % WORDS.length]} morn`;
  return n === 777 ? `${common} xylophone` : n % 5000 === 0 ? `${common} zebra` : common;
}

describe('the work of a search over 100,000 messages', () => {
  let app: TestApp;
  let recorder: PlanRecorder;
  let search: SearchService;

  beforeAll(async () => {
    const MONGODB_URI = databaseUri(DATABASE);
    app = await createTestApp({ MONGODB_URI });
    const insert = (model: string, rows: object[]) =>
      app.connection
        .model(model)
        .collection.insertMany(rows, { ordered: false, writeConcern: { w: 1, j: false } });
    for (let from = 0; from < MESSAGES; from += 5000) {
      const numbers = times(5000, (n) => from + n);
      await insert('ChatLogRow', numbers.map(rowOf));
      await insert('SearchEntry', numbers.map(entryOf));
    }
    await insert(
      'SearchProgress',
      times(CHATS, (n) => ({ _id: chat(n), rev: PER_CHAT })),
    );
    await insert('ChatMember', [
      // One who is in all chats, one who was in all of them for a while in the middle, one who is in none.
      ...times(CHATS, (n) => memberOf(1, n, { fromSeq: 1, toSeq: null, toRev: null })),
      ...times(CHATS, (n) => memberOf(2, n, { fromSeq: 500, toSeq: 600, toRev: 600 })),
    ]);
    recorder = await PlanRecorder.open(MONGODB_URI);
    search = monitoredSearch();
  }, 240_000);

  afterAll(async () => {
    await recorder.connection.dropDatabase();
    await recorder.connection.close();
    await app.close();
  });

  const rowOf = (n: number) => {
    const seq = Math.floor(n / CHATS) + 1;
    const ids = { _id: message(n), chatId: chat(n % CHATS), senderId: user(n % 7) };
    const send = { clientMessageId: `c ${n}`, type: 'text', text: textOf(n), createdAt: NOW };
    return { ...ids, ...send, kind: 'message', rev: seq, seq };
  };
  const entryOf = (n: number) => {
    const { _id, chatId, senderId, seq, rev, text } = rowOf(n);
    return { _id, chatId, seq, rev, terms: [senderId, ...termsOf(text)] };
  };
  const memberOf = (person: number, n: number, span: MemberSpan) => ({
    _id: objectId(100 + person, n),
    chatId: chat(n),
    userId: user(person),
    role: 'member',
    isActive: span.toSeq === null,
    joinedAt: NOW,
    rev: 1,
    spans: [span],
  });

  /** The service over the connection that reports its commands. */
  function monitoredSearch(): SearchService {
    const own = <T extends object>(type: new (...args: never[]) => T) =>
      recorder.monitored(app.app.get(type, { strict: false }));
    const log = own(ChatLogRepository);
    const entries = own(SearchEntriesRepository);
    const chatLog = { settled: () => Promise.resolve() } as never;
    const indexer = new SearchIndexer(
      log,
      own(LogEndsRepository),
      chatLog,
      own(MessageChangesRepository),
      entries,
      own(SearchProgressRepository),
    );
    const members = new Memberships(own(ChatMembersRepository));
    const [scopes, windows] = [new SearchScopes(log), new SearchWindows(entries)];
    const ranking = new SearchRanking(log, chatLog, new MessagePast(own(MessageChangesRepository)));
    const marks = new MessageMarks(own(MessageMarksRepository), {} as never, app.clock);
    return new SearchService({} as never, members, marks, indexer, scopes, windows, ranking);
  }

  const sum = (plans: Plan[], of: 'keys' | 'docs') => plans.reduce((total, plan) => total + plan[of], 0);

  it.each([
    ['a word that all messages have', 1, 'hello ', 50],
    ['a beginning that all messages have', 1, 'hel', 50],
    ['a longer beginning', 1, 'hell', 50],
    ['two common words', 1, 'hello morn ', 50],
    ['a rare word', 1, 'zebra', 20],
    ['a common and a rare word', 1, 'hello zebra', 20],
    ['a word that one message has', 1, 'xylophone', 1],
    ['a word that no message has', 1, 'quixotic', 0],
    ['a common word in a part of each chat', 2, 'hello ', 50],
  ])('should be bounded: %s', async (_name, person, q, found) => {
    let items: unknown[] = [];

    const plans = await recorder.plansOf(async () => {
      ({ items } = await search.search(hex(user(person)), { q }));
    });

    expect(items).toHaveLength(found);
    for (const { command, stages } of plans) {
      expect(
        stages.filter((stage) => stage === 'COLLSCAN' || stage === 'SORT'),
        command,
      ).toEqual([]);
    }
    // Some steps per chat and term, a thousand entries at most, and the messages themselves.
    expect(sum(plans, 'keys')).toBeLessThan(2500);
    expect(sum(plans, 'docs')).toBeLessThan(2000);
    expect(plans.length).toBeLessThan(10);
  });
});
