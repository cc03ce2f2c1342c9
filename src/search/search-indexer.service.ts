import { Injectable } from '@nestjs/common';

import { ChatLogRepository } from '../chats/log/chat-log.repository.js';
import type { ChatLogRow } from '../chats/log/chat-log.schema.js';
import { ChatLog } from '../chats/log/chat-log.service.js';
import { LogEndsRepository } from '../chats/log/log-ends.repository.js';
import { MessageChangesRepository } from '../chats/log/message-changes.repository.js';
import { toObjectId } from '../database/object-id.js';
import { SearchEntriesRepository } from './search-entries.repository.js';
import type { SearchEntry } from './search-entry.schema.js';
import { SearchProgressRepository } from './search-progress.repository.js';
import { searchableTexts } from './search-texts.js';
import { termsOfAll } from './search-words.js';

/** Rows per step: a step keeps the event loop for some milliseconds. */
const BATCH = 100;
/** Chats per step, which share its queries: among many chats each has a row or two. */
const CHATS = 50;
const STEPS_AT_ONCE = 4;
/** Where more chats than these fail one by one, it is not the chats. */
const MAX_FAILURES = 2;

/** Rows that tell of a change of an earlier message name it. */
type ChangeRow = ChatLogRow & { messageId?: ChatLogRow['_id'] };

/** What became of a step. */
interface Step {
  rows: number;
  /** Chats that may have more rows. */
  late: string[];
}

/** Works chats' logs into the search index. Safe to run anywhere, any number of times, and to be cut off. */
@Injectable()
export class SearchIndexer {
  /** Steps under way, by chat: of two on one node the second waits, and finds less to do. */
  private readonly steps = new Map<string, Promise<Step>>();

  constructor(
    private readonly log: ChatLogRepository,
    private readonly ends: LogEndsRepository,
    private readonly chatLog: ChatLog,
    private readonly changes: MessageChangesRepository,
    private readonly entries: SearchEntriesRepository,
    private readonly progress: SearchProgressRepository,
  ) {}

  /** Brings these chats up to date, at the cost of some `budget` rows. Answers those that are not yet. */
  async catchUp(chatIds: readonly string[], budget: number): Promise<string[]> {
    const behind = await this.behind(chatIds);
    const late: string[] = [];
    let rows = budget;
    const work = async () => {
      while (rows > 0 && behind.length > 0) {
        let chats = behind.splice(0, CHATS);
        while (rows > 0 && chats.length > 0) {
          const step = await this.stepOrApart(chats);
          rows -= step.rows;
          chats = step.late;
        }
        late.push(...chats);
      }
    };
    await Promise.all(Array.from({ length: STEPS_AT_ONCE }, work));
    return [...late, ...behind];
  }

  /** Of these chats those whose log goes on behind what is in the index. Two queries. */
  private async behind(chatIds: readonly string[]): Promise<string[]> {
    const [lastRevs, revs] = await Promise.all([
      this.ends.findLastRevs([...chatIds]),
      this.progress.find(chatIds),
    ]);
    return chatIds.filter((chatId) => (lastRevs.get(chatId) ?? 0) > (revs.get(chatId) ?? 0));
  }

  /** A chat that can't be worked in keeps no other from it: it fails behind those that shared its step. */
  private async stepOrApart(chatIds: string[]): Promise<Step> {
    try {
      return await this.step(chatIds);
    } catch (error) {
      if (chatIds.length === 1) throw error;
    }
    const done: Step = { rows: 0, late: [] };
    const failures: unknown[] = [];
    for (const chatId of chatIds) {
      if (failures.length > MAX_FAILURES) break;
      try {
        const { rows, late } = await this.step([chatId]);
        done.rows += rows;
        done.late.push(...late);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return done;
  }

  /** The next rows of these chats. */
  private step(chatIds: string[]): Promise<Step> {
    const before = new Set(chatIds.flatMap((chatId) => this.steps.get(chatId) ?? []));
    const step = Promise.allSettled(before)
      .then(() => this.index(chatIds))
      .finally(() => {
        for (const chatId of chatIds) if (this.steps.get(chatId) === step) this.steps.delete(chatId);
      });
    for (const chatId of chatIds) this.steps.set(chatId, step);
    return step;
  }

  private async index(chatIds: string[]): Promise<Step> {
    const rows: ChangeRow[] = await this.log.findRowsBehind(await this.progress.find(chatIds), BATCH);
    const lastRevs = new Map(rows.map(({ chatId, rev }) => [chatId.toHexString(), rev]));
    // A row that a crash takes back would leave its number to another one.
    await Promise.all([...lastRevs].map(([chatId, rev]) => this.chatLog.settled(chatId, rev)));
    const made = rows.filter(({ seq }) => seq !== undefined).map((row) => entryOf(row, row.rev));
    await this.entries.add(made.filter(({ terms }) => terms.length > 1));
    await this.indexChanged(rows);
    await this.progress.advance(lastRevs);
    const last = rows[BATCH - 1]?.chatId.toHexString();
    return { rows: rows.length, late: last === undefined ? [] : chatIds.filter((chatId) => chatId >= last) };
  }

  /** What has changed is read anew, after its changes have been worked into it. */
  private async indexChanged(rows: readonly ChangeRow[]): Promise<void> {
    const changes = rows.filter(({ messageId }) => messageId);
    if (changes.length === 0) return;
    const changed = new Map(changes.map(({ messageId, rev }) => [messageId?.toHexString() ?? '', rev]));
    const chatIds = new Set(changes.map(({ chatId }) => chatId.toHexString()));
    await Promise.all([...chatIds].map((chatId) => this.chatLog.ensureProjected(chatId)));
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
