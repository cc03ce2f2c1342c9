import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { withDeadline } from '../../database/deadline.js';
import type { ChatLogRow } from './chat-log.schema.js';
import { type ChangedMessage, ChatLogStore } from './chat-log.store.js';
import type { ChatState, ChatType } from './chat-state.js';
import { ChatWatermarks } from './chat-watermarks.js';
import { GroupCommitter } from './group-committer.js';
import { type AppendRequest, type AppendResult, LogAppend, type Settler } from './log-append.js';

const PROJECTION_RETRY_MS = 250;

/** The last row of a chat that waits for a change, or is one. */
interface UnderWay {
  /** All changes up to it are in what is read. */
  projected: Promise<void>;
  /** It is told, and all before it. */
  told: Promise<void>;
}

/**
 * The log of every chat: the one way to change a chat for all its members, and the owner of the cached
 * chat states. What `append` has answered is stored durably, in a place of its own, without a hole.
 */
@Injectable()
export class ChatLog implements OnApplicationShutdown {
  private readonly logger = new Logger(ChatLog.name);
  private readonly committer: GroupCommitter<ChatState, ChatLogRow>;
  /** Chats with a change being worked into what is read, or about to be told: what follows in the log waits for it. */
  private readonly underWay = new Map<string, UnderWay>();
  private isClosing = false;
  private readonly settler: Settler;

  constructor(
    private readonly store: ChatLogStore,
    private readonly watermarks: ChatWatermarks,
    clock: Clock,
  ) {
    this.committer = new GroupCommitter(store, {
      lanes: 2,
      maxBatch: 500,
      maxLoaded: 20_000,
      maxWaiting: 50_000,
      retryDelayMs: 200,
      now: () => clock.nowMs(),
    });
    this.settler = {
      clock,
      rowStored: (append, row) => this.rowStored(append, row),
      nothingStored: (append) => this.nothingStored(append),
    };
  }

  append<Told = void>(request: AppendRequest<Told>): Promise<AppendResult<Told>> {
    return new Promise((resolve, reject) => {
      this.committer.append(new LogAppend(request, this.settler, resolve, reject));
    });
  }

  private rowStored(append: LogAppend, row: ChatLogRow): void {
    this.inOrder(row, append, (changed) => {
      const told = this.tell(append, row, changed);
      // What becomes of a message does not move its chat up the lists.
      const activityAt = row.kind === 'message_changed' ? null : row.createdAt;
      this.watermarks.move(append.key, row.rev, activityAt);
      append.resolve({ row, isNew: true, message: changed?.message, told: told as never });
    });
  }

  /** What makes a change needless may itself still be on its way into `chat_members`. */
  private nothingStored(append: LogAppend): void {
    const answer = () => append.resolve({ row: null, isNew: false });
    const before = this.underWay.get(append.key);
    if (before) void before.told.finally(answer).catch(() => undefined);
    else answer();
  }

  /** The chat as this node knows it: good for signals and first checks; writes are checked by `append`. */
  state(chatId: string): Promise<ChatState> {
    return this.committer.state(chatId);
  }

  /** The same where nothing has to be read for it. */
  known(chatId: string): ChatState | null {
    return this.committer.known(chatId);
  }

  /** Another node has changed the chat: signals go to whom it has now. `null`: whatever chats it may have been. */
  outdated(chatId: string | null): void {
    if (chatId === null) this.committer.forgetAll();
    else this.committer.forget(chatId);
  }

  /**
   * Readers call it with the last `rev` that they found: a row can be seen a moment before it is on the
   * journal, and what a client has been shown must never be gone after a crash. Changes up to there are
   * in what is read after it.
   */
  async settled(chatId: string, rev: number): Promise<void> {
    await this.committer.settled(chatId, rev);
    await this.underWay.get(chatId)?.projected.catch(() => undefined);
  }

  /** After it, the changes stored so far are in `chat_members`. */
  async ensureProjected(chatId: string): Promise<void> {
    await this.underWay.get(chatId)?.projected;
    await this.store.load(chatId);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    await this.committer.close();
    await Promise.allSettled([...this.underWay.values()].map(({ told }) => told));
    await this.watermarks.flush();
  }

  /** A listener that throws must not keep the row's writer, or the whole lane, waiting. */
  private tell({ request, audience }: LogAppend, row: ChatLogRow, changed: ChangedMessage | null): unknown {
    try {
      return request.stored?.(row, changed?.audience ?? audience, changed?.message ?? null);
    } catch (error) {
      this.logger.error(`telling of rev ${row.rev} failed: ${String(error)}`);
      return undefined;
    }
  }

  /**
   * Runs `settle` at once for messages; a change is projected first, and what comes behind it waits. Being
   * projected does not wait for what comes before to be told: what that looks up waits for it in turn.
   */
  private inOrder(
    row: ChatLogRow,
    { request, chatType }: LogAppend,
    settle: (changed: ChangedMessage | null) => void,
  ): void {
    const { chatId } = request;
    const before = this.underWay.get(chatId);
    const isChange = row.kind !== 'message';
    if (!before && !isChange) return settle(null);
    const { projected: base, told: last } = before ?? {
      projected: Promise.resolve(),
      told: Promise.resolve(),
    };
    const changed = isChange ? base.then(() => this.project(row, chatType)) : Promise.resolve(null);
    const projected = isChange ? changed.then(() => undefined) : base;
    const told = last
      .then(() => changed)
      .then(async (message) => {
        if (isChange) await this.prepare(row, request);
        settle(message);
      })
      .finally(() => {
        if (this.underWay.get(chatId)?.told === told) this.underWay.delete(chatId);
      });
    // Both reject only while closing: what comes behind must then not move the watermark over it.
    projected.catch(() => undefined);
    told.catch(() => undefined);
    this.underWay.set(chatId, { projected, told });
  }

  private async prepare(row: ChatLogRow, request: AppendRequest<unknown>): Promise<void> {
    try {
      if (request.prepare) await withDeadline(request.prepare(row));
    } catch (error) {
      this.logger.warn(
        `what to tell of rev ${row.rev} of chat ${request.chatId} is missing: ${String(error)}`,
      );
    }
  }

  /** The row is stored, so the change holds; what is read of it follows as soon as the database lets it. */
  private async project(row: ChatLogRow, type: ChatType): Promise<ChangedMessage | null> {
    for (;;) {
      try {
        return await withDeadline(this.store.project(row, type));
      } catch (error) {
        this.logger.error(
          `projecting rev ${row.rev} of chat ${row.chatId.toHexString()} failed: ${String(error)}`,
        );
        // Its watermark stays where it was: the next server that loads the chat works the change in.
        if (this.isClosing) throw error;
        await pause(PROJECTION_RETRY_MS);
      }
    }
  }
}
