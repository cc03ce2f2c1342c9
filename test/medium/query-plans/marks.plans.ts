import { ReceiptTimesRepository } from '../../../src/chats/receipts/receipt-times.repository.js';
import { MessageMarksRepository } from '../../../src/messages/marks/message-marks.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { chat, hex, long, NOW, objectId, times, user } from './ids.js';

const MARKS = 500;
const message = (n: number) => objectId(10, n + 1);
const timeOf = (n: number) => new Date(NOW.getTime() + n);

export function addMarks(add: AddPlan): void {
  const key = (n: number) => ({ userId: hex(user(1)), messageId: hex(message(n)) });
  add(MessageMarksRepository, 'set, new', (marks) => marks.set(key(4000), long(0), 'starredAt', NOW));
  add(MessageMarksRepository, 'set, again', (marks) => marks.set(key(10), long(0), 'starredAt', NOW));
  add(MessageMarksRepository, 'unset', (marks) => marks.unset(key(12), 'starredAt'));
  add(MessageMarksRepository, 'unset, nothing', (marks) => marks.unset(key(4001), 'starredAt'));
  add(MessageMarksRepository, 'told', (marks) => marks.told(key(14), 100));
  add(
    MessageMarksRepository,
    'findStarredAmong',
    (marks) =>
      marks.findStarredAmong(
        hex(user(1)),
        times(50, (n) => hex(message(2 * n))),
      ),
    { keys: 60 },
  );
  add(MessageMarksRepository, 'findStarred', (marks) => marks.findStarred(hex(user(1)), null, 50));
  add(MessageMarksRepository, 'findStarred, second page', (marks) =>
    marks.findStarred(hex(user(1)), { starredAt: timeOf(100), messageId: hex(message(100)) }, 20),
  );
  add(MessageMarksRepository, 'findDeletedAfter', (marks) => marks.findDeletedAfter(hex(user(1)), 100, 50));
  add(MessageMarksRepository, 'findUntold', (marks) => marks.findUntold([hex(user(0)), hex(user(1))]));
  add(MessageMarksRepository, 'findStarredIn', (marks) =>
    marks.findStarredIn(hex(user(1)), long(0), null, 50),
  );
  add(MessageMarksRepository, 'findStarredIn, second page', (marks) =>
    marks.findStarredIn(hex(user(1)), long(0), hex(message(100)), 50),
  );
  const own = times(20, (n) => hex(message(300 + n)));
  add(MessageMarksRepository, 'unstar', (marks) => marks.unstar(hex(user(0)), own), { keys: 60, docs: 20 });
  // Every second of them is starred, by each of the two.
  const some = times(20, (n) => hex(message(100 + n)));
  add(MessageMarksRepository, 'forgetStars', (marks) => marks.forgetStars(some), { keys: 80, docs: 40 });
  add(MessageMarksRepository, 'findBehind', (marks) => marks.findBehind(hex(user(1)), null, 50));
  add(MessageMarksRepository, 'findBehind, second page', (marks) =>
    marks.findBehind(hex(user(1)), hex(message(100)), 50),
  );
  add(MessageMarksRepository, 'removeAllOf', (marks) => marks.removeAllOf(hex(user(2))));
  const chats = [long(0), long(1), long(2)];
  add(ReceiptTimesRepository, 'findOf', (receiptTimes) => receiptTimes.findOf(hex(user(7)), chats), {
    keys: 8,
  });
  add(ReceiptTimesRepository, 'removeOf', (receiptTimes) => receiptTimes.removeOf(hex(user(8)), chats), {
    keys: 8,
  });
  add(ReceiptTimesRepository, 'remember', (receiptTimes) =>
    receiptTimes.remember([{ chatId: long(0), userId: hex(user(1)), moves: [{ at: NOW, d: 2, r: 1 }] }]),
  );
  add(
    ReceiptTimesRepository,
    'find',
    (receiptTimes) =>
      receiptTimes.find(
        long(0),
        times(50, (n) => hex(user(n))),
      ),
    { keys: 10 },
  );
}

/** Of two people, on every second message of chat 0 a star, on the others a deletion. */
export async function seedMarks(insert: Insert): Promise<void> {
  await insert(
    'MessageMark',
    times(2 * MARKS, (n) => ({
      userId: user(n % 2),
      messageId: message(n >> 1),
      chatId: chat(0),
      ...((n >> 1) % 2 ? { deletedAt: NOW } : { starredAt: timeOf(n >> 1) }),
      rev: n >> 1,
    })),
  );
  await insert(
    'ReceiptTimes',
    times(300, (n) => ({ chatId: chat(0), userId: user(n), moves: [{ at: NOW, d: 1, r: 1 }] })),
  );
}
