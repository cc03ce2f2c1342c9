import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';

import { NotFoundError } from '../../common/errors/app-error.js';
import { withDeadline } from '../../database/deadline.js';
import { ChatMembersRepository } from '../chat-members.repository.js';
import { type ChatRecord, ChatsRepository } from '../chats.repository.js';
import { ChatLogRepository } from './chat-log.repository.js';
import type { ChatLogRow } from './chat-log.schema.js';
import { ChatState, type ChatType } from './chat-state.js';
import type { InsertOutcome, LogStore } from './group-commit.js';
import { MessageChangesRepository } from './message-changes.repository.js';

const DUPLICATE_KEY = 11_000;
/** An insert takes milliseconds; one that hangs holds up its whole lane, and is safe to try again. */
const INSERT_DEADLINE_MS = 4000;

/** A message after a change of it, and the members who may see it. */
export interface ChangedMessage {
  message: ChatLogRow;
  audience: string[];
}

/** The chats' logs as the group committer needs them: load a state, insert rows, recognise its own. */
@Injectable()
export class ChatLogStore implements LogStore<ChatState, ChatLogRow> {
  constructor(
    private readonly chats: ChatsRepository,
    private readonly members: ChatMembersRepository,
    private readonly log: ChatLogRepository,
    private readonly changes: MessageChangesRepository,
  ) {}

  /**
   * The state at the last row. Changes that a crash left out of `chat_members` are worked in first. The
   * queries are no snapshot; when another node writes meanwhile, the next insert here meets a taken
   * place and loads again.
   */
  load(chatId: string, known?: ChatState): Promise<ChatState> {
    return withDeadline(known ? this.refresh(known) : this.read(chatId));
  }

  private async refresh(known: ChatState): Promise<ChatState> {
    const last = await this.log.findLast(known.chatId);
    return last?.rev === known.rev ? known : this.read(known.chatId);
  }

  private async read(chatId: string): Promise<ChatState> {
    let chat = await this.find(chatId);
    const last = await this.log.findLast(chatId);
    const rev = last?.rev ?? 0;
    const isBehind = rev > chat.projectedRev && (await this.projectAll(chatId, chat.projectedRev, chat.type));
    if (isBehind) chat = await this.find(chatId);
    const pins = new Map(await this.changes.findPins(chatId));
    const active = (await this.members.findActive([chatId], Number.POSITIVE_INFINITY)).get(chatId) ?? [];
    const roster = new Map(active.map(({ userId, role, joinedAt }) => [userId, { userId, role, joinedAt }]));
    const seq = last?.seq ?? last?.lastSeq ?? 0;
    const lastActivityAt = last?.createdAt ?? chat.lastActivityAt;
    return new ChatState(chatId, chat.type, rev, seq, roster, lastActivityAt, chat.profile, pins);
  }

  private async find(chatId: string): Promise<ChatRecord> {
    const chat = await this.chats.findById(chatId);
    if (!chat) throw new NotFoundError('Chat');
    return chat;
  }

  /** Whether there was anything to work in. */
  private async projectAll(chatId: string, afterRev: number, type: ChatType): Promise<boolean> {
    const rows = await this.log.findChanges(chatId, afterRev);
    const ofMessages = rows.filter(({ kind }) => kind === 'message_changed');
    // First, and all at once: their order does not matter, and a mark behind them says that they are done.
    await this.changes.project(ofMessages);
    for (const row of rows) if (row.kind !== 'message_changed') await this.projectRoster(row, type);
    return rows.length > 0;
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
    await this.members.project(row, type);
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
