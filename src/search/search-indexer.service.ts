import { Injectable } from '@nestjs/common';

import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { toObjectId } from '../database/object-id.js';
import { toMessageView } from '../messages/message.view.js';
import { SearchEntriesRepository } from './search-entries.repository.js';
import type { SearchEntry } from './search-entry.schema.js';
import { SearchProgressRepository } from './search-progress.repository.js';
import { termsOf } from './search-words.js';

/** Rows per step: a step keeps the event loop for some milliseconds. */
const BATCH = 100;
const CHATS_AT_ONCE = 4;

/** Rows that tell of a change of an earlier message name it. */
type ChangeRow = ChatLogRow & { messageId?: ChatLogRow['_id'] };

/** Works chats' logs into the search index. Safe to run anywhere, any number of times, and to be cut off. */
@Injectable()
export class SearchIndexer {
  /** Steps under way, by chat: of two on one node the second waits, and finds less to do. */
  private readonly steps = new Map<string, Promise<number>>();

  constructor(
    private readonly log: ChatLogRepository,
    private readonly chatLog: ChatLog,
    private readonly entries: SearchEntriesRepository,
    private readonly progress: SearchProgressRepository,
  ) {}

  /** Brings these chats up to date, at the cost of some `budget` rows. Answers those that are not yet. */
  async catchUp(chatIds: readonly string[], budget: number): Promise<string[]> {
    const queue = await this.behind(chatIds);
    const left = new Set(queue);
    const todo = queue.values();
    let rows = budget;
    const work = async () => {
      for (const chatId of todo) {
        while (rows > 0 && left.has(chatId)) {
          const done = await this.step(chatId);
          rows -= done;
          if (done < BATCH) left.delete(chatId);
        }
      }
    };
    await Promise.all(Array.from({ length: CHATS_AT_ONCE }, work));
    return [...left];
  }

  /** Of these chats those whose log goes on behind what is in the index. Two queries. */
  private async behind(chatIds: readonly string[]): Promise<string[]> {
    const [lastRows, revs] = await Promise.all([
      this.log.findLastRows([...chatIds]),
      this.progress.find(chatIds),
    ]);
    return chatIds.filter((chatId) => (lastRows.get(chatId)?.rev ?? 0) > (revs.get(chatId) ?? 0));
  }

  /** The next rows of one chat. Answers how many there were; fewer than a batch: it is up to date. */
  private step(chatId: string): Promise<number> {
    const before = this.steps.get(chatId) ?? Promise.resolve(0);
    const run = () => this.index(chatId);
    const step = before.then(run, run).finally(() => {
      if (this.steps.get(chatId) === step) this.steps.delete(chatId);
    });
    this.steps.set(chatId, step);
    return step;
  }

  private async index(chatId: string): Promise<number> {
    const from = (await this.progress.find([chatId])).get(chatId) ?? 0;
    const rows: ChangeRow[] = await this.log.findRowsAfter(chatId, from, Number.MAX_SAFE_INTEGER, BATCH);
    const last = rows.at(-1);
    if (!last) return 0;
    // A row that a crash takes back would leave its number to another one.
    await this.chatLog.settled(chatId, last.rev);
    const made = rows.filter(({ seq }) => seq !== undefined).map((row) => entryOf(row, row.rev));
    await this.entries.add(made.filter(({ terms }) => terms.length > 1));
    await this.indexChanged(chatId, rows);
    await this.progress.advance(chatId, last.rev);
    return rows.length;
  }

  /** What has changed is read anew, after its changes have been worked into it. */
  private async indexChanged(chatId: string, rows: readonly ChangeRow[]): Promise<void> {
    const changed = new Map<string, number>();
    for (const { messageId, rev } of rows) if (messageId) changed.set(messageId.toHexString(), rev);
    if (changed.size === 0) return;
    await this.chatLog.ensureProjected(chatId);
    const messages = await this.log.findByIds([...changed.keys()].map(toObjectId));
    await this.entries.replace(
      messages
        .filter(({ seq }) => seq !== undefined)
        .map((row) => entryOf(row, changed.get(row._id.toHexString()) ?? row.rev)),
    );
  }
}

/** Of a message without a text to be found by nothing is kept, the sender neither. */
function entryOf(row: ChatLogRow, rev: number): SearchEntry {
  const { _id, chatId, senderId, seq = 0 } = row;
  const terms = termsOf(searchableText(row));
  return { _id, chatId, seq, rev, terms: terms.length > 0 ? [senderId, ...terms] : [] };
}

/** As its readers see it: what is deleted or expired has no text. */
export function searchableText(row: ChatLogRow): string {
  const { type, text } = toMessageView(row);
  return type === 'system' ? '' : text;
}
