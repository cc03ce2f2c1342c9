import { ChatLogRepository } from '../../../src/chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../../../src/chats/log/chat-log.schema.js';
import { ExpiredMessagesRepository } from '../../../src/chats/log/expired-messages.repository.js';
import { LogEndsRepository } from '../../../src/chats/log/log-ends.repository.js';
import { MessageChangesRepository } from '../../../src/chats/log/message-changes.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { chat, hex, long, NOW, objectId, status, times, user } from './ids.js';

export const MESSAGES_PER_CHAT = 5000;

export function addChatLog(add: AddPlan): void {
  add(ChatLogRepository, 'insertInOrder', (log) => log.insertInOrder([rowOf(0, 90_000)]));
  add(ChatLogRepository, 'findByIds', (log) => log.findByIds([objectId(10, 5), objectId(10, 6)]));
  add(ChatLogRepository, 'findBySend', (log) => log.findBySend(chat(0), user(1), 'c 10'));
  add(ChatLogRepository, 'findBySends', (log) => log.findBySends(chat(0), user(1), ['c 10', 'c 13', 'none']));
  add(ChatLogRepository, 'hasWritten', (log) => log.hasWritten(long(0), hex(user(1))));
  add(ChatLogRepository, 'hasWritten, nothing', (log) => log.hasWritten(long(0), hex(user(9))));
  add(ChatLogRepository, 'findStatusReply', (log) =>
    log.findStatusReply(hex(status(10)), hex(user(1)), 'c 10'),
  );
  add(ChatLogRepository, 'findLast', (log) => log.findLast(long(0)));
  // Changes are few, and their index has no `rev` in front: their order is made in memory.
  add(ChatLogRepository, 'findChanges', (log) => log.findChanges(long(0), 0), {
    sorts: true,
    keys: 10,
    docs: 10,
  });
  add(ChatLogRepository, 'findChanges, latest', (log) => log.findChanges(long(0), 4000, 5200), {
    sorts: true,
    keys: 10,
    docs: 10,
  });
  add(
    ChatLogRepository,
    'findChatsWithChangesAfter',
    (log) =>
      log.findChatsWithChangesAfter(
        [0, 1].map((n) => ({ chatId: long(n), rev: 5000 })),
        'all',
      ),
    { keys: 20, docs: 20 },
  );
  add(
    ChatLogRepository,
    'findRosterChangesUpTo',
    (log) => log.findRosterChangesUpTo([0, 1].map((n) => ({ chatId: long(n), toRev: 4000 }))),
    { keys: 20, docs: 20 },
  );
  add(LogEndsRepository, 'findLastRows', (ends) => ends.findLastRows([long(0), long(1), long(2)]), {
    keys: 8,
    docs: 4,
  });
  add(LogEndsRepository, 'findEnds', (ends) => ends.findEnds([long(0), long(1), long(2)]), {
    keys: 8,
    docs: 4,
  });
  add(LogEndsRepository, 'findLastRevs', (ends) => ends.findLastRevs([long(0), long(1), long(2)]), {
    keys: 8,
    isCovered: true,
  });
  add(ChatLogRepository, 'findTimes', (log) => log.findTimes(long(0), [3, 700, 1500]));
  add(
    ChatLogRepository,
    'findBySeqs',
    (log) => log.findBySeqs([0, 1].map((n) => ({ chatId: long(n), seq: 100 }))),
    {
      keys: 4,
    },
  );
  add(
    ChatLogRepository,
    'countUnread',
    (log) =>
      log.countUnread(
        hex(user(1)),
        [0, 1].map((n) => ({ chatId: long(n), afterSeq: 4500, toSeq: 5000 })),
      ),
    { keys: 1010, isCovered: true },
  );
  add(ChatLogRepository, 'findMessages', (log) =>
    log.findMessages(long(0), [{ from: 1, to: Number.MAX_SAFE_INTEGER }], 'descending', 50),
  );
  add(ChatLogRepository, 'findMessages of several stretches', (log) =>
    log.findMessages(
      long(0),
      [
        { from: 1, to: 1000 },
        { from: 2000, to: 5000 },
      ],
      'ascending',
      50,
    ),
  );
  add(ChatLogRepository, 'findMessages of several stretches, backwards', (log) =>
    log.findMessages(
      long(0),
      [
        { from: 1, to: 1000 },
        { from: 2000, to: 5000 },
      ],
      'descending',
      50,
    ),
  );
  add(ChatLogRepository, 'findRowsAfter', (log) => log.findRowsAfter(long(0), 4000, 4900, 100));
  add(ChatLogRepository, 'findRowsBehind', (log) =>
    log.findRowsBehind(
      new Map([
        [long(0), 4000],
        [long(1), 4990],
        [long(2), 10],
      ]),
      100,
    ),
  );
  add(
    ChatLogRepository,
    'findAuthorsBySeq',
    (log) => log.findAuthorsBySeq(long(0), { from: 4000, to: 4100 }),
    {
      isCovered: true,
    },
  );
}

const EDITED = 100; // the message of chat 0 with a past

export function addMessageChanges(add: AddPlan): void {
  const change = (rev: number, rest: Partial<ChatLogRow>): ChatLogRow => {
    const { seq: _, clientMessageId: __, ...row } = rowOf(0, rev);
    return {
      ...row,
      kind: 'message_changed',
      lastSeq: MESSAGES_PER_CHAT,
      messageId: objectId(10, 200),
      ...rest,
    };
  };
  const id = hex(objectId(10, EDITED));
  add(MessageChangesRepository, 'findMessage', (changes) => changes.findMessage(id));
  add(MessageChangesRepository, 'findMessages', (changes) =>
    changes.findMessages([objectId(10, 5), objectId(10, 6)]),
  );
  add(MessageChangesRepository, 'project, edited', (changes) =>
    changes.project([change(91_000, { change: { type: 'edited', text: 'x' } })]),
  );
  // It forgets each text that the message had.
  add(
    MessageChangesRepository,
    'project, deleted',
    (changes) =>
      changes.project([change(91_001, { messageId: objectId(10, EDITED + 1), change: { type: 'deleted' } })]),
    { keys: 110, docs: 110 },
  );
  const others = [
    { type: 'reacted', emoji: '👍' },
    { type: 'previewed', preview: { url: 'http://a', title: 'a' } },
    { type: 'pinned', isPinned: true },
    { type: 'voted', optionIds: ['a'] },
  ] as const;
  others.forEach((one, n) => {
    const row = change(91_010 + n, { change: one as ChatLogRow['change'] });
    add(MessageChangesRepository, `project, ${one.type}`, (repository) => repository.project([row]));
  });
  add(MessageChangesRepository, 'findPins', (repository) => repository.findPins([long(0), long(1)]));
  add(MessageChangesRepository, 'findQuoting', (repository) =>
    repository.findQuoting([objectId(10, 300)], 200),
  );
  add(MessageChangesRepository, 'findEdits', (changes) =>
    changes.findEdits(id, { afterRev: 0, toRev: 100_000 }, 20),
  );
  add(
    MessageChangesRepository,
    'findEditsUpTo',
    (changes) =>
      changes.findEditsUpTo([EDITED, EDITED + 1].map((n) => ({ id: objectId(10, n), toRev: 5500 }))),
    { keys: 10, docs: 10 },
  );
}

/** Messages of chat 2 that disappear, one a second. */
const EXPIRING = { from: 1000, to: 2000 };
const expiring = (n: number) => objectId(12, EXPIRING.from + n);
const expiryAt = (n: number) => new Date(NOW.getTime() + n * 1000);

export function addExpiredMessages(add: AddPlan): void {
  const ids = times(20, (n) => hex(expiring(500 + n)));
  add(ExpiredMessagesRepository, 'findDue', (expired) => expired.findDue(expiryAt(300), 200));
  add(ExpiredMessagesRepository, 'forgetQuotes', (expired) => expired.forgetQuotes(ids), {
    keys: 2 * ids.length,
    docs: ids.length,
  });
  add(ExpiredMessagesRepository, 'forgetChanges', (expired) => expired.forgetChanges(ids), {
    keys: 8 * ids.length,
    docs: ids.length,
  });
  add(ExpiredMessagesRepository, 'clear', (expired) => expired.clear(ids), { keys: 60, docs: 20 });
  add(ExpiredMessagesRepository, 'findDue, without what was cleared', (expired) =>
    expired.findDue(expiryAt(519), 600),
  );
}

export async function seedChatLog(insert: Insert): Promise<void> {
  await Promise.all(
    times(3, (c) =>
      insert('ChatLogRow', [
        ...times(MESSAGES_PER_CHAT, (n) =>
          rowOf(c, n + 1, {
            ...(n % 10 === 9 && { replyTo: quoteOf(n + 1) }),
            ...(c === 2 &&
              n >= EXPIRING.from &&
              n < EXPIRING.to && { expiresAt: expiryAt(n + 1 - EXPIRING.from) }),
          }),
        ),
        ...times(5, (n) => {
          const {
            seq: _,
            clientMessageId: __,
            ...row
          }: object & Partial<ChatLogRow> = rowOf(c, MESSAGES_PER_CHAT + n + 1);
          return { ...row, kind: 'members_added', lastSeq: MESSAGES_PER_CHAT, members: [], memberCount: 2 };
        }),
        ...times(1000, (n) => {
          const rev = MESSAGES_PER_CHAT + 5 + n + 1;
          const { seq: _, clientMessageId: __, ...row }: object & Partial<ChatLogRow> = rowOf(c, rev);
          const messageId = objectId(10 + c, EDITED + (n % 10));
          const change = { type: 'edited', text: `text ${n}` };
          return { ...row, kind: 'message_changed', lastSeq: MESSAGES_PER_CHAT, messageId, change };
        }),
      ]),
    ),
  );
}

const quoteOf = (n: number) => ({ statusId: status(n), senderId: user(0), type: 'text', text: 'x' });

export function rowOf(chatNumber: number, rev: number, rest: Partial<ChatLogRow> = {}): ChatLogRow {
  const seq = rev;
  return {
    _id: objectId(10 + chatNumber, rev),
    chatId: chat(chatNumber),
    rev,
    seq,
    kind: 'message',
    senderId: user(rev % 3),
    clientMessageId: `c ${rev}`,
    type: 'text',
    text: `message ${rev}`,
    createdAt: NOW,
    ...rest,
  };
}
