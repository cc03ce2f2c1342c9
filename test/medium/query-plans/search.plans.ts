import { SearchEntriesRepository } from '../../../src/search/search-entries.repository.js';
import { SearchProgressRepository } from '../../../src/search/search-progress.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { chat, hex, long, NOW, objectId, times, user } from './ids.js';

const CHATS = 20;
const PER_CHAT = 200;
const NOW_SECONDS = NOW.getTime() / 1000;

export function addSearch(add: AddPlan): void {
  const entry = {
    _id: objectId(40, 99_999),
    chatId: chat(0),
    seq: 9999,
    rev: 9999,
    terms: [user(0), 'new'],
  };
  const all = { chatIds: times(CHATS, long), stretches: [] };
  const part = {
    chatIds: [],
    stretches: times(3, (n) => ({
      chatId: long(n),
      from: 50,
      to: 60,
      notBefore: 0,
      notAfter: Math.ceil(NOW_SECONDS),
    })),
  };
  const both = { chatIds: [long(4), long(5)], stretches: part.stretches };
  const common = { lead: 'common', rest: [], prefix: null };
  const narrow = { lead: 'common', rest: [user(1), 'even'], prefix: 'eve' };
  // A step to the start of each chat, whose next entry is looked at before the newest of all is known.
  const walks = { keys: CHATS + 3, docs: 2 };
  add(SearchEntriesRepository, 'add', (entries) => entries.add([entry]));
  add(SearchEntriesRepository, 'add, again', (entries) => entries.add([entry]));
  add(SearchEntriesRepository, 'replace', (entries) => entries.replace([{ ...entry, rev: 10_000 }]));
  add(SearchEntriesRepository, 'replace, by an older one', (entries) => entries.replace([entry]));
  const some = [10, 11, 12].map((n) => hex(objectId(40, n)));
  add(SearchEntriesRepository, 'remove', (entries) => entries.remove(some), { keys: 6, docs: 3 });
  add(SearchEntriesRepository, 'count', (entries) => entries.count(all, 'common', 200), walks);
  add(SearchEntriesRepository, 'count, in parts', (entries) => entries.count(part, 'common', 200), {
    keys: 3 * PER_CHAT,
  });
  const page = { beforeId: null, limit: 100 };
  add(SearchEntriesRepository, 'findNewest', (entries) => entries.findNewest(all, common, page), walks);
  add(
    SearchEntriesRepository,
    'findNewest, of the sender',
    (entries) => entries.findNewest(all, { ...common, lead: user(1) }, page),
    walks,
  );
  add(
    SearchEntriesRepository,
    'findNewest, narrowed',
    (entries) => entries.findNewest(all, narrow, page),
    walks,
  );
  add(
    SearchEntriesRepository,
    'findNewest, an older page',
    (entries) => entries.findNewest(all, common, { beforeId: hex(objectId(40, 1000)), limit: 100 }),
    walks,
  );
  // The stretches are cut by `seq` within the index; by time they are cut where times differ.
  add(SearchEntriesRepository, 'findNewest, in parts', (entries) => entries.findNewest(part, common, page), {
    keys: 3 * PER_CHAT,
  });
  add(SearchEntriesRepository, 'findNewest, in both', (entries) => entries.findNewest(both, common, page), {
    keys: 3 * PER_CHAT,
  });
  add(SearchProgressRepository, 'find', (progress) => progress.find([long(0), long(1), long(2)]));
  add(SearchProgressRepository, 'advance', (progress) => progress.advance(new Map([[long(0), 300]])));
}

export async function seedSearch(insert: Insert): Promise<void> {
  await Promise.all([
    insert(
      'SearchEntry',
      times(CHATS * PER_CHAT, (n) => ({
        _id: objectId(40, n),
        chatId: chat(n % CHATS),
        seq: Math.floor(n / CHATS) + 1,
        rev: Math.floor(n / CHATS) + 1,
        terms: [user(n % 3), 'common', n % 2 ? 'odd' : 'even'],
      })),
    ),
    insert(
      'SearchProgress',
      times(1000, (n) => ({ _id: chat(n), rev: PER_CHAT })),
    ),
  ]);
}
