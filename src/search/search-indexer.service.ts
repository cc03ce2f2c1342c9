import { Injectable } from '@nestjs/common';

import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { toObjectId } from '../database/object-id.js';
import { SearchEntriesRepository } from './search-entries.repository.js';
import type { SearchEntry } from './search-entry.schema.js';
import { SearchProgressRepository } from './search-progress.repository.js';
import { searchableTexts } from './search-texts.js';
import { termsOfAll } from './search-words.js';

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
    private readonly changes: MessageChangesRepository,
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
    const found = await this.log.findByIds([...changed.keys()].map(toObjectId));
    const messages = found.filter(({ seq }) => seq !== undefined);
    const earlier = await this.earlierTexts(messages);
    await this.entries.replace(
      messages.map((row) => {
        const id = row._id.toHexString();
        return entryOf(row, changed.get(id) ?? row.rev, earlier.get(id));
      }),
    );
  }

  /** By message, the latest first: who left a chat before an edit finds the message as it was then. */
  private async earlierTexts(messages: readonly ChatLogRow[]): Promise<Map<string, string[]>> {
    const edited = messages.filter(({ textRev }) => textRev !== undefined);
    const edits = await this.changes.findEditsUpTo(
      edited.map(({ _id, textRev = 0 }) => ({ id: _id, toRev: textRev })),
    );
    const latestFirst = edits.toSorted((a, b) => b.rev - a.rev);
    return new Map(
      edited.map(({ _id, original = '' }) => {
        const ofMessage = latestFirst.filter(({ messageId }) => messageId.equals(_id));
        return [_id.toHexString(), [...ofMessage.map(({ change }) => change.text), original]];
      }),
    );
  }
}

/**
 * Of a message without a text to be found by nothing is kept, the sender neither. `earlier` are texts that
 * it had: they lead to it, and whoever reads it decides whether it says so to them.
 */
function entryOf(row: ChatLogRow, rev: number, earlier: readonly string[] = []): SearchEntry {
  const { _id, chatId, senderId, seq = 0 } = row;
  const terms = termsOfAll([...searchableTexts(row), ...earlier]);
  return { _id, chatId, seq, rev, terms: terms.length > 0 ? [senderId, ...terms] : [] };
}
