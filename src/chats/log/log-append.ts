import type { Clock } from '../../common/clock.js';
import { newObjectId } from '../../database/object-id.js';
import type { ChatLogRow } from './chat-log.schema.js';
import type { ChatState, ChatType } from './chat-state.js';
import { expiryOf } from './expiry.js';
import type { Append } from './group-commit.js';
import { placeOfChange } from './row-place.js';

/** How long an append is tried while the database is away, before its caller is told to try again. */
const APPEND_TIMEOUT_MS = 15_000;

/** What a writer adds to the log; place, id and time are the log's to give. */
export type RowDraft = Omit<
  ChatLogRow,
  '_id' | 'chatId' | 'rev' | 'seq' | 'lastSeq' | 'createdAt' | 'expiresAt'
>;

/** `Told` is what `stored` makes of the row for whoever appends it. */
export interface AppendRequest<Told = void> {
  chatId: string;
  /**
   * Checks the rules against the state that the row will stand on, and makes the row. Called again with
   * a newer state when another node was faster. `null`: nothing to change after all. Must not wait.
   */
  draft(state: ChatState): RowDraft | null;
  /**
   * Changes only: looks up what `stored` will tell, after the row is worked into what is read. What comes
   * behind it in the log waits; a failure is logged, and `stored` comes all the same.
   */
  prepare?(row: ChatLogRow): Promise<void>;
  /**
   * Once, after the row is stored, in the order of `rev`; `audience` are the members at that row. For a
   * change of a message, `message` is that message as it is now, and `audience` who may see it. Not called
   * for what was stored before already. Must not throw.
   */
  stored?(row: ChatLogRow, audience: readonly string[], message: ChatLogRow | null): Told;
}

export type AppendResult<Told = void> =
  /** `message`: of a change of a message, that message as it is now. `told` is missing where telling failed. */
  | { row: ChatLogRow; isNew: true; message: ChatLogRow | undefined; told: Told | undefined }
  /** The row was there already: a retry. */
  | { row: ChatLogRow; isNew: false }
  | { row: null; isNew: false };

/** What the log does with an append that has its outcome. */
export interface Settler {
  clock: Clock;
  /** A new row, in the order of `rev`. */
  rowStored(append: LogAppend, row: ChatLogRow): void;
  nothingStored(append: LogAppend): void;
}

/** One append on its way into a chat's log. One object instead of a handful of closures: thousands are under way. */
export class LogAppend implements Append<ChatState, ChatLogRow> {
  readonly deadlineMs: number;
  /** The members when the row was numbered: the state goes on. */
  audience: readonly string[] = [];
  chatType: ChatType = 'direct';
  /** Fixed over all tries: a row whose answer was lost is recognised by it. */
  private readonly id = newObjectId();
  private rev = 0;
  /** By `rev` of the tries before this one: the row that counts in the end may be one of theirs. */
  private audiencesBefore: Map<number, readonly string[]> | null = null;

  constructor(
    readonly request: AppendRequest<unknown>,
    private readonly settler: Settler,
    readonly resolve: (result: AppendResult<never>) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.deadlineMs = settler.clock.nowMs() + APPEND_TIMEOUT_MS;
  }

  get key(): string {
    return this.request.chatId;
  }

  draft(state: ChatState): ChatLogRow | null {
    const draft = this.request.draft(state);
    if (draft === null) return null;
    if (this.rev > 0) (this.audiencesBefore ??= new Map()).set(this.rev, this.audience);
    this.rev = state.rev + 1;
    this.audience = state.audience;
    this.chatType = state.type;
    const createdAt = this.settler.clock.now();
    // Onto the draft, which was made for this, field by field: copies of what comes by the thousand would cost more.
    const row = draft as ChatLogRow;
    row._id = this.id;
    row.chatId = state.id;
    row.rev = this.rev;
    row.createdAt = createdAt;
    if (row.kind === 'message') row.seq = state.seq + 1;
    else Object.assign(row, placeOfChange(row.kind, state));
    const expiresAt = expiryOf(row, state, createdAt);
    if (expiresAt) row.expiresAt = expiresAt;
    return row;
  }

  stored(row: ChatLogRow | null): void {
    if (row) this.settler.rowStored(this, row);
    else this.settler.nothingStored(this);
  }

  alreadyStored(row: ChatLogRow): void {
    if (!row._id.equals(this.id)) return this.resolve({ row, isNew: false });
    // Our own row, whose answer was lost: nobody has been told of it yet. Who came behind its place must not be.
    this.audience = this.audiencesBefore?.get(row.rev) ?? this.audience;
    this.settler.rowStored(this, row);
  }

  failed(error: unknown): void {
    this.reject(error);
  }
}
