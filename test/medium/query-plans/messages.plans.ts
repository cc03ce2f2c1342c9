import { ScheduledMessagesRepository } from '../../../src/messages/scheduled/scheduled-messages.repository.js';
import { LinkPreviewsRepository } from '../../../src/messages/previews/link-previews.repository.js';
import { ConnectionHistoriesRepository } from '../../../src/messages/trace/connection-histories.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { chat, hex, LATER, NOW, objectId, times, user } from './ids.js';

const scheduled = (n: number) => objectId(7, n);

/** Messages to be sent later. */
export function addScheduled(add: AddPlan): void {
  const one = {
    senderId: hex(user(1)),
    chatId: hex(chat(1)),
    clientMessageId: 'new',
    contentHash: 'hash',
    content: { text: 'hi' },
    createdAt: NOW,
    sendAt: LATER,
  };
  add(ScheduledMessagesRepository, 'insert', (rows) => rows.insert(one));
  add(ScheduledMessagesRepository, 'insert, again', (rows) => rows.insert(one));
  add(ScheduledMessagesRepository, 'findBySend', (rows) =>
    rows.findBySend(hex(user(0)), hex(chat(0)), 'id 5'),
  );
  add(ScheduledMessagesRepository, 'countOf', (rows) => rows.countOf(hex(user(0)), 100), {
    keys: 100,
    isCovered: true,
  });
  add(ScheduledMessagesRepository, 'findPage', (rows) =>
    rows.findPage(hex(user(0)), { after: null, limit: 51 }),
  );
  add(ScheduledMessagesRepository, 'findPage, second page', (rows) =>
    rows.findPage(hex(user(0)), { after: { sendAt: timeOf(50), id: hex(scheduled(50)) }, limit: 51 }),
  );
  add(ScheduledMessagesRepository, 'findOwn', (rows) => rows.findOwn(hex(user(0)), hex(scheduled(5))));
  add(ScheduledMessagesRepository, 'cancel', (rows) => rows.cancel(hex(user(0)), hex(scheduled(5)), LATER));
  add(ScheduledMessagesRepository, 'findDue', (rows) => rows.findDue(timeOf(20), 100));
  add(ScheduledMessagesRepository, 'findNextDue', (rows) => rows.findNextDue());
  add(ScheduledMessagesRepository, 'claim', (rows) =>
    rows.claim(hex(scheduled(6)), { now: LATER, until: LATER }),
  );
  add(ScheduledMessagesRepository, 'markFailed', (rows) =>
    rows.markFailed(hex(scheduled(6)), { code: 'FORBIDDEN', message: 'no' }, LATER),
  );
  add(ScheduledMessagesRepository, 'findWaitingFiles', (rows) =>
    rows.findWaitingFiles([5, 6, 7].map((n) => hex(scheduled(n)))),
  );
  add(ScheduledMessagesRepository, 'remove', (rows) => rows.remove(hex(scheduled(7))));
  add(ScheduledMessagesRepository, 'removeAllOf', (rows) => rows.removeAllOf(hex(user(2500))));
  add(ScheduledMessagesRepository, 'sweep', (rows) => rows.sweep(NOW, 50), { keys: 50, docs: 50 });
}

/** When devices were connected. */
export function addConnections(add: AddPlan): void {
  const span = { sessionId: 's', from: NOW, to: LATER };
  const added = new Map([1, 2, 2900].map((n) => [hex(user(n)), [span]]));
  add(ConnectionHistoriesRepository, 'append', (rows) => rows.append(added, { max: 50, expiresAt: LATER }));
  add(ConnectionHistoriesRepository, 'findByUsers', (rows) =>
    rows.findByUsers([1, 2, 3].map((n) => hex(user(n)))),
  );
  add(ConnectionHistoriesRepository, 'remove', (rows) => rows.remove(hex(user(9))));
  add(ConnectionHistoriesRepository, 'sweep', (rows) => rows.sweep(NOW, 50), { keys: 50, docs: 50 });
}

export async function seedConnections(insert: Insert): Promise<void> {
  await insert(
    'ConnectionHistory',
    times(2000, (n) => ({ _id: user(n), spans: [], expiresAt: timeOf(n) })),
  );
}

/** What is kept of pages. */
export function addPreviews(add: AddPlan): void {
  const url = 'https://example.com/';
  add(LinkPreviewsRepository, 'store', (rows) => rows.store(url, { url, title: 'Example' }, LATER));
  add(LinkPreviewsRepository, 'store, a failure', (rows) => rows.store(url, null, LATER));
  add(LinkPreviewsRepository, 'find', (rows) => rows.find(url, NOW));
  add(LinkPreviewsRepository, 'sweep', (rows) => rows.sweep(NOW, 50), { keys: 50, docs: 50 });
}

export async function seedPreviews(insert: Insert): Promise<void> {
  await insert(
    'CachedPreview',
    times(2000, (n) => ({ _id: `page ${n}`, expiresAt: timeOf(n) })),
  );
}

export async function seedScheduled(insert: Insert): Promise<void> {
  await insert(
    'ScheduledMessage',
    times(3000, (n) => ({
      _id: scheduled(n),
      senderId: user(n < 200 ? 0 : n),
      chatId: chat(0),
      clientMessageId: `id ${n}`,
      contentHash: 'hash',
      createdAt: NOW,
      ...(n % 3 === 0 && n > 200
        ? { state: 'cancelled', purgeAt: timeOf(n) }
        : {
            state: 'pending',
            content: { text: 'hi', attachmentIds: [hex(scheduled(n))] },
            sendAt: timeOf(n),
            dueAt: timeOf(n),
          }),
    })),
  );
}

function timeOf(n: number): Date {
  return new Date(NOW.getTime() + (n - 250) * 1000);
}
