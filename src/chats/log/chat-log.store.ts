import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';

import { NotFoundError } from '../../common/errors/app-error.js';
import { withDeadline } from '../../database/deadline.js';
import { type Answers, SharedQuery } from '../../database/shared-query.js';
import { ChatMembersRepository } from '../chat-members.repository.js';
import { type ChatRecord, ChatsRepository } from '../chats.repository.js';
import { ChatLogRepository } from './chat-log.repository.js';
import type { ChatLogRow } from './chat-log.schema.js';
import { ChatState, type ChatType } from './chat-state.js';
import type { InsertOutcome, LogStore } from './group-commit.js';
import { type LogEnd, LogEndsRepository } from './log-ends.repository.js';
import { MemberChangesRepository } from './member-changes.repository.js';
import { MessageChangesRepository } from './message-changes.repository.js';

const DUPLICATE_KEY = 11_000;
/** An insert takes milliseconds; one that hangs holds up its whole lane, and is safe to try again. */
const INSERT_DEADLINE_MS = 4000;

/** Members of the chats that are loaded by one query: of large groups it takes fewer. */
const MEMBERS_AT_ONCE = 5000;

/** A message after a change of it, and the members who may see it. */
export interface ChangedMessage {
  message: ChatLogRow;
  audience: string[];
}

/** The chats' logs as the group committer needs them: load a state, insert rows, recognise its own. */
@Injectable()
export class ChatLogStore implements LogStore<ChatState, ChatLogRow> {
  /** A server that has just started is asked for a thousand chats in a second. */
  private readonly states = new SharedQuery((chatIds: string[]) => this.readAll(chatIds));

  constructor(
    private readonly chats: ChatsRepository,
    private readonly members: ChatMembersRepository,
    private readonly memberChanges: MemberChangesRepository,
    private readonly log: ChatLogRepository,
    private readonly ends: LogEndsRepository,
    private readonly changes: MessageChangesRepository,
  ) {}

  /**
   * The state at the last row. Changes that a crash left out of `chat_members` are worked in first. The
   * queries are no snapshot; when another node writes meanwhile, the next insert here meets a taken
   * place and loads again.
   */
  load(chatId: string, known?: ChatState): Promise<ChatState> {
    return withDeadline(known ? this.refresh(known) : this.states.ask(chatId));
  }

  private async refresh(known: ChatState): Promise<ChatState> {
    const last = await this.log.findLast(known.chatId);
    return last?.rev === known.rev ? known : this.states.ask(known.chatId);
  }

  /**
   * `projectedRev` and the last row come before roster and pins. Read at the same time they could be older than
   * that row, and a rule be checked on them.
   */
  private async readAll(chatIds: string[]): Promise<Answers<string, ChatState>> {
    const [chats, ends] = await Promise.all([this.chats.findByIds(chatIds), this.ends.findEnds(chatIds)]);
    const behind = await this.findBehind(chats, ends);
    const upToDate = chats.filter(({ id }) => !behind.has(id));
    const makers = new Map<string, () => ChatState>();
    for (const portion of portionsOf(upToDate))
      for (const [id, make] of await this.readPortion(portion, ends)) makers.set(id, make);
    return (chatId) => makers.get(chatId)?.() ?? this.repaired(behind.get(chatId), ends);
  }

  /** Those with changes that are not in `chat_members` yet. */
  private async findBehind(
    chats: ChatRecord[],
    ends: ReadonlyMap<string, LogEnd>,
  ): Promise<Map<string, ChatRecord>> {
    const moved = chats.filter(({ id, projectedRev }) => (ends.get(id)?.rev ?? 0) > projectedRev);
    const changed = await this.log.findChatsWithChangesAfter(
      moved.map(({ id, projectedRev }) => ({ chatId: id, rev: projectedRev })),
      'all',
    );
    const behind = new Set(changed);
    return new Map(moved.filter(({ id }) => behind.has(id)).map((chat) => [chat.id, chat]));
  }

  private async repaired(
    chat: ChatRecord | undefined,
    ends: ReadonlyMap<string, LogEnd>,
  ): Promise<ChatState> {
    if (!chat) throw new NotFoundError('Chat');
    await this.projectAll(chat);
    const makers = await this.readPortion(await this.chats.findByIds([chat.id]), ends);
    const make = makers.get(chat.id);
    if (!make) throw new NotFoundError('Chat');
    return make();
  }

  /** By chat a maker of its state: each who asks has one of their own, as it goes on from there. */
  private async readPortion(
    chats: ChatRecord[],
    ends: ReadonlyMap<string, LogEnd>,
  ): Promise<Map<string, () => ChatState>> {
    const chatIds = chats.map(({ id }) => id);
    const [rosters, pins] = await Promise.all([
      this.members.findRosters(chatIds),
      this.changes.findPins(chatIds),
    ]);
    return new Map(
      chats.map(({ id, type, profile, lastActivityAt }) => {
        const { rev, seq, at } = ends.get(id) ?? { rev: 0, seq: 0, at: lastActivityAt };
        const roster = () => new Map(rosters.get(id)?.map((entry) => [entry.userId, entry]));
        return [id, () => new ChatState(id, type, rev, seq, roster(), at, profile, new Map(pins.get(id)))];
      }),
    );
  }

  private async projectAll({ id, projectedRev, type }: ChatRecord): Promise<void> {
    const rows = await this.log.findChanges(id, projectedRev);
    const ofMessages = rows.filter(({ kind }) => kind === 'message_changed');
    // First, and all at once: their order does not matter, and a mark behind them says that they are done.
    await this.changes.project(ofMessages);
    for (const row of rows) if (row.kind !== 'message_changed') await this.projectRoster(row, type);
  }

  /**
   * Works a change into what is read of chats; a second time changes nothing. Answers, for a change of a
   * message, that message as it is now and who may see it.
   */
  async project(row: ChatLogRow, type: ChatType): Promise<ChangedMessage | null> {
    if (row.kind === 'message_changed') return this.projectMessage(row);
    await this.projectRoster(row, type);
    return null;
  }

  /** Leaves it to the watermarks to say that it is done: it may be done again. */
  private async projectMessage(row: ChatLogRow): Promise<ChangedMessage | null> {
    const [message] = await this.changes.project([row]);
    if (!message) return null;
    const chatId = row.chatId.toHexString();
    return { message, audience: await this.members.findWhoSee(chatId, message.seq ?? 0) };
  }

  private async projectRoster(row: ChatLogRow, type: ChatType): Promise<void> {
    await this.memberChanges.project(row, type);
    const { rev, memberCount, createdAt: at, info, settings } = row;
    if (info) await this.chats.setInfo(row.chatId.toHexString(), rev, info);
    if (settings) await this.chats.setSettings(row.chatId.toHexString(), rev, settings);
    await this.chats.markProjected(row.chatId.toHexString(), { rev, memberCount, at });
  }

  async insert(rows: ChatLogRow[]): Promise<InsertOutcome<ChatLogRow>> {
    try {
      await withDeadline(this.log.insertInOrder(rows), INSERT_DEADLINE_MS);
      return { stored: rows.length, refused: null };
    } catch (error) {
      const refusal = refusalOf(error);
      const row = refusal && rows[refusal.index];
      if (!row) return { stored: 0, refused: 'unknown', error };
      const stored = refusal.index;
      if (refusal.fields.includes('rev')) return { stored, refused: 'place-taken' };
      return withDeadline(this.findExisting(row)).then(
        (existing) =>
          existing ? { stored, refused: 'already-stored', existing } : { stored, refused: 'place-taken' },
        // What is stored is settled; the refused row just tries again and is refused again.
        () => ({ stored, refused: 'place-taken' }) as const,
      );
    }
  }

  async findStored(rows: ChatLogRow[]): Promise<Map<ChatLogRow, ChatLogRow>> {
    const found = await withDeadline(this.log.findByIds(rows.map((row) => row._id)));
    const byId = new Map(found.map((row) => [row._id.toHexString(), row]));
    return new Map(
      rows.flatMap((row) => {
        const existing = byId.get(row._id.toHexString());
        return existing ? [[row, existing] as const] : [];
      }),
    );
  }

  private async findExisting(row: ChatLogRow): Promise<ChatLogRow | null> {
    const [own] = await this.log.findByIds([row._id]);
    if (own || !row.clientMessageId) return own ?? null;
    return this.log.findBySend(row.chatId, row.senderId, row.clientMessageId);
  }
}

/** As many chats at a time as have a bounded number of members; one alone may have more. */
function portionsOf(chats: ChatRecord[]): ChatRecord[][] {
  const portions: ChatRecord[][] = [];
  let room = 0;
  for (const chat of chats) {
    room -= chat.memberCount;
    const last = portions.at(-1);
    if (last && room >= 0) last.push(chat);
    else {
      portions.push([chat]);
      room = MEMBERS_AT_ONCE - chat.memberCount;
    }
  }
  return portions;
}

/** Which row of an ordered insert a unique index refused, and the fields of that index. */
function refusalOf(error: unknown): { index: number; fields: string[] } | null {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.code !== DUPLICATE_KEY) return null;
  const [first] = [error.writeErrors].flat();
  if (!first) return null;
  const raw = first.err as { keyPattern?: Record<string, unknown> } | undefined;
  const fields = raw?.keyPattern
    ? Object.keys(raw.keyPattern)
    : (/index: (\S+)/.exec(first.errmsg ?? '')?.[1]?.split('_') ?? []);
  return { index: first.index, fields };
}
