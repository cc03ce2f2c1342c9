import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Clock } from '../../common/clock.js';
import { withDeadline } from '../../database/deadline.js';
import { newObjectId, toObjectId } from '../../database/object-id.js';
import type { ChatLogRow } from './chat-log.schema.js';
import { type ChangedMessage, ChatLogStore } from './chat-log.store.js';
import type { ChatState } from './chat-state.js';
import { expiryOf } from './expiry.js';
import { ChatWatermarks } from './chat-watermarks.js';
import { GroupCommitter } from './group-committer.js';
import { placeOf } from './row-place.js';

/** How long an append is tried while the database is away, before its caller is told to try again. */
const APPEND_TIMEOUT_MS = 15_000;
const PROJECTION_RETRY_MS = 250;

/** What a writer adds to the log; place, id and time are the log's to give. */
export type RowDraft = Omit<
  ChatLogRow,
  '_id' | 'chatId' | 'rev' | 'seq' | 'lastSeq' | 'createdAt' | 'expiresAt'
>;

export interface AppendRequest {
  chatId: string;
  /**
   * Checks the rules against the state that the row will stand on, and makes the row. Called again with
   * a newer state when another node was faster. `null`: nothing to change after all. Must not wait.
   */
  draft: (state: ChatState) => RowDraft | null;
  /**
   * Changes only: looks up what `stored` will tell, after the row is worked into what is read. What comes
   * behind it in the log waits; a failure is logged, and `stored` comes all the same.
   */
  prepare?: (row: ChatLogRow) => Promise<void>;
  /**
   * Once, after the row is stored, in the order of `rev`; `audience` are the members at that row. For a
   * change of a message, `message` is that message as it is now, and `audience` who may see it. Not called
   * for what was stored before already. Must not throw.
   */
  stored?: (row: ChatLogRow, audience: readonly string[], message: ChatLogRow | null) => void;
}

export type AppendResult =
  /** `message`: of a change of a message, that message as it is now. */
  | { row: ChatLogRow; isNew: true; message?: ChatLogRow }
  /** The row was there already: a retry. */
  | { row: ChatLogRow; isNew: false }
  | { row: null; isNew: false };

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

  constructor(
    private readonly store: ChatLogStore,
    private readonly watermarks: ChatWatermarks,
    private readonly clock: Clock,
  ) {
    this.committer = new GroupCommitter(store, {
      lanes: 2,
      maxBatch: 500,
      maxLoaded: 20_000,
      maxWaiting: 50_000,
      retryDelayMs: 200,
      now: () => clock.nowMs(),
    });
  }

  append(request: AppendRequest): Promise<AppendResult> {
    return new Promise((resolve, reject) => this.enqueue(request, resolve, reject));
  }

  private enqueue(
    request: AppendRequest,
    resolve: (result: AppendResult) => void,
    reject: (error: unknown) => void,
  ): void {
    // The id is fixed over all tries: a row whose answer was lost is recognised by it.
    const id = newObjectId();
    const chatId = toObjectId(request.chatId);
    let audience: readonly string[] = [];
    let drafted: ChatState;
    const stored = (row: ChatLogRow) =>
      this.inOrder(row, drafted, request, (changed) => {
        this.tell(request, row, { audience, message: null, ...changed });
        // What becomes of a message does not move its chat up the lists.
        const activityAt = row.kind === 'message_changed' ? null : row.createdAt;
        this.watermarks.move(request.chatId, row.rev, activityAt);
        resolve({ row, isNew: true, ...(changed && { message: changed.message }) });
      });
    this.committer.append({
      key: request.chatId,
      deadlineMs: this.clock.nowMs() + APPEND_TIMEOUT_MS,
      draft: (state) => {
        const draft = request.draft(state);
        if (draft === null) return null;
        drafted = state;
        audience = state.audience;
        const createdAt = this.clock.now();
        const place = { _id: id, chatId, rev: state.rev + 1, createdAt };
        // Onto the draft, which was made for this: copies of what comes by the thousand would cost more than it.
        return Object.assign(draft, place, placeOf(draft.kind, state), expiryOf(draft, state, createdAt));
      },
      stored: (row) => (row ? stored(row) : this.nothingStored(request.chatId, resolve)),
      // Our own row, whose answer was lost: nobody has been told of it yet.
      alreadyStored: (row) => (row._id.equals(id) ? stored(row) : resolve({ row, isNew: false })),
      failed: reject,
    });
  }

  /** What makes a change needless may itself still be on its way into `chat_members`. */
  private nothingStored(chatId: string, resolve: (result: AppendResult) => void): void {
    const answer = () => resolve({ row: null, isNew: false });
    const before = this.underWay.get(chatId);
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
  private tell(
    request: AppendRequest,
    row: ChatLogRow,
    { audience, message }: { audience: readonly string[]; message: ChatLogRow | null },
  ): void {
    try {
      request.stored?.(row, audience, message);
    } catch (error) {
      this.logger.error(`telling of rev ${row.rev} failed: ${String(error)}`);
    }
  }

  /**
   * Runs `settle` at once for messages; a change is projected first, and what comes behind it waits. Being
   * projected does not wait for what comes before to be told: what that looks up waits for it in turn.
   */
  private inOrder(
    row: ChatLogRow,
    state: ChatState,
    request: AppendRequest,
    settle: (changed: ChangedMessage | null) => void,
  ): void {
    const { chatId } = state;
    const before = this.underWay.get(chatId);
    const isChange = row.kind !== 'message';
    if (!before && !isChange) return settle(null);
    const { projected: base, told: last } = before ?? {
      projected: Promise.resolve(),
      told: Promise.resolve(),
    };
    const changed = isChange ? base.then(() => this.project(row, state)) : Promise.resolve(null);
    const projected = isChange ? changed.then(() => undefined) : base;
    const told = last
      .then(() => changed)
      .then(async (message) => {
        if (isChange) await this.prepare(row, chatId, request);
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

  private async prepare(row: ChatLogRow, chatId: string, { prepare }: AppendRequest): Promise<void> {
    try {
      if (prepare) await withDeadline(prepare(row));
    } catch (error) {
      this.logger.warn(`what to tell of rev ${row.rev} of chat ${chatId} is missing: ${String(error)}`);
    }
  }

  /** The row is stored, so the change holds; what is read of it follows as soon as the database lets it. */
  private async project(row: ChatLogRow, state: ChatState): Promise<ChangedMessage | null> {
    for (;;) {
      try {
        return await withDeadline(this.store.project(row, state.type));
      } catch (error) {
        this.logger.error(`projecting rev ${row.rev} of chat ${state.chatId} failed: ${String(error)}`);
        // Its watermark stays where it was: the next server that loads the chat works the change in.
        if (this.isClosing) throw error;
        await pause(PROJECTION_RETRY_MS);
      }
    }
  }
}
