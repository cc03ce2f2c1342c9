import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { Clock } from '../../common/clock.js';
import { UnavailableError, ValidationError } from '../../common/errors/app-error.js';
import { withDeadline } from '../../database/deadline.js';
import { ChatAccess } from '../chat-access.js';
import { ChatPreferences } from '../preferences.service.js';
import { ChatLogRepository } from '../log/chat-log.repository.js';
import {
  ChatReceiptsRepository,
  type ReceiptsRecord,
  type ReceiptsStep,
} from './chat-receipts.repository.js';
import { type ReceiptMark, shownReadSeq } from './chat-receipts.schema.js';
import type { Seat } from '../preferences.repository.js';
import { ReceiptPrivacy } from './receipt-privacy.js';
import { ReceiptsPublisher } from './receipts.publisher.js';

/**
 * Receipts of so long go into one update: a burst of reads is one write and one event. The more there were in the
 * last one, the longer the next is gathered: where many chats are lively, nobody sees a tenth of a second.
 */
const GATHER_MS = 20;
const MAX_GATHER_MS = 100;
const MORE_MS_PER_CHAT = 1;
const MAX_ATTEMPTS = 5;

export interface ReceiptMove {
  chatId: string;
  userId: string;
  deliveredSeq: number;
  readSeq: number;
  /** What others may know of `readSeq`: 0 where they may not know of it. */
  shownReadSeq: number;
}

/** What the caller is answered. */
interface Marked {
  chatId: string;
  seq: number;
}

interface Waiter {
  marked: Marked;
  resolve(marked: Marked): void;
  reject(error: unknown): void;
}

interface Gathered {
  deliveredSeq: number;
  readSeq: number;
  shownReadSeq: number;
  waiters: Waiter[];
}

/**
 * Delivered and read watermarks. They only rise; reading implies delivery. Acked when stored; several
 * moves of one member within a flush are one.
 */
@Injectable()
export class ReceiptsService implements OnApplicationShutdown {
  private gathered = new Map<string, Map<string, Gathered>>();
  private isScheduled = false;
  private flushing: Promise<void> | null = null;
  /** How many chats the last update was about. */
  private lastChats = 0;
  private readonly cache = new LRUCache<string, ReceiptsRecord>({ max: 20_000 });

  constructor(
    private readonly access: ChatAccess,
    private readonly log: ChatLogRepository,
    private readonly repository: ChatReceiptsRepository,
    private readonly preferences: ChatPreferences,
    private readonly privacy: ReceiptPrivacy,
    private readonly publisher: ReceiptsPublisher,
    private readonly clock: Clock,
  ) {}

  markDelivered(userId: string, chatId: string, seq: number): Promise<Marked> {
    return this.mark({ chatId, userId, deliveredSeq: seq, readSeq: 0, shownReadSeq: 0 }, seq);
  }

  markRead(userId: string, chatId: string, seq: number): Promise<Marked> {
    return this.mark({ chatId, userId, deliveredSeq: seq, readSeq: seq, shownReadSeq: seq }, seq);
  }

  async onApplicationShutdown(): Promise<void> {
    while (this.gathered.size > 0 || this.flushing) await (this.flushing ?? this.flush());
  }

  private mark(move: ReceiptMove, seq: number): Promise<Marked> {
    const state = this.access.knownMember(move.userId, move.chatId);
    // Nothing to look up for most of them: deliveries of what this node has told itself.
    return state && seq <= state.seq && move.readSeq === 0 ? this.gather(move, seq) : this.check(move, seq);
  }

  private async check(move: ReceiptMove, seq: number): Promise<Marked> {
    const state = await this.access.assertMember(move.userId, move.chatId);
    if (seq > state.seq) await this.assertExists(move.chatId, seq);
    const partnerId = state.type === 'direct' ? state.audience.find((id) => id !== move.userId) : undefined;
    const isShown = move.readSeq === 0 || !partnerId || (await this.privacy.isShown(move.userId, partnerId));
    return this.gather(isShown ? move : { ...move, shownReadSeq: 0 }, seq);
  }

  /** Another node may know more messages than the state cached here. */
  private async assertExists(chatId: string, seq: number): Promise<void> {
    const last = await this.log.findLast(chatId);
    const lastSeq = last?.seq ?? last?.lastSeq ?? 0;
    if (seq > lastSeq) {
      throw ValidationError.of(
        'seq',
        'max',
        `seq must not be greater than ${lastSeq}, the chat's last message`,
      );
    }
  }

  private gather(
    { chatId, userId, deliveredSeq, readSeq, shownReadSeq: shown }: ReceiptMove,
    seq: number,
  ): Promise<Marked> {
    let ofChat = this.gathered.get(chatId);
    if (!ofChat) this.gathered.set(chatId, (ofChat = new Map()));
    let entry = ofChat.get(userId);
    if (!entry) ofChat.set(userId, (entry = { deliveredSeq: 0, readSeq: 0, shownReadSeq: 0, waiters: [] }));
    entry.deliveredSeq = Math.max(entry.deliveredSeq, deliveredSeq);
    entry.readSeq = Math.max(entry.readSeq, readSeq);
    entry.shownReadSeq = Math.max(entry.shownReadSeq, shown);
    this.schedule();
    const { waiters } = entry;
    return new Promise((resolve, reject) => waiters.push({ marked: { chatId, seq }, resolve, reject }));
  }

  private schedule(): void {
    if (this.isScheduled || this.flushing) return;
    this.isScheduled = true;
    const ms = Math.min(GATHER_MS + this.lastChats * MORE_MS_PER_CHAT, MAX_GATHER_MS);
    this.clock.setTimer(ms, () => void this.flush());
  }

  private async flush(): Promise<void> {
    this.isScheduled = false;
    if (this.flushing) return this.flushing;
    const batch = this.gathered;
    this.lastChats = batch.size;
    this.gathered = new Map();
    this.flushing = this.write(batch).finally(() => {
      this.flushing = null;
      if (this.gathered.size > 0) this.schedule();
    });
    return this.flushing;
  }

  private async write(batch: Map<string, Map<string, Gathered>>): Promise<void> {
    try {
      let open = [...batch.keys()];
      for (let attempt = 0; open.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
        open = await this.attempt(batch, open);
      }
      const error = new UnavailableError();
      for (const chatId of open) settle(batch.get(chatId), (waiter) => waiter.reject(error));
    } catch (error) {
      // What is cached may be ahead of or behind the store now.
      for (const [chatId, members] of batch) {
        this.cache.delete(chatId);
        settle(members, (waiter) => waiter.reject(error));
      }
    }
  }

  /** Writes the chats given; answers those to be tried again on top of another node's receipts. */
  private async attempt(batch: Map<string, Map<string, Gathered>>, chatIds: string[]): Promise<string[]> {
    const records = await this.load(chatIds);
    await this.preferences.readAgain(readAgain(batch, records));
    const steps: ReceiptsStep[] = [];
    for (const chatId of chatIds) {
      const step = this.stepOf(chatId, records.get(chatId), batch.get(chatId) ?? new Map());
      if (step) steps.push(step);
      else settle(batch.get(chatId), (waiter) => waiter.resolve(waiter.marked));
    }
    const lost = steps.length > 0 ? await withDeadline(this.repository.takeSteps(steps)) : [];
    for (const chatId of lost) this.cache.delete(chatId);
    const taken = steps.filter(({ chatId }) => !lost.includes(chatId));
    for (const { chatId, toRev, marks } of taken) {
      const before = records.get(chatId)?.marks ?? {};
      this.cache.set(chatId, { rev: toRev, marks: { ...before, ...marks } });
      settle(batch.get(chatId), (waiter) => waiter.resolve(waiter.marked));
    }
    void this.publisher.publish(taken, records);
    return lost;
  }

  private stepOf(
    chatId: string,
    record: ReceiptsRecord = { rev: 0, marks: {} },
    moves: Map<string, Gathered>,
  ): ReceiptsStep | null {
    const toRev = record.rev + 1;
    const marks: Record<string, ReceiptMark> = {};
    for (const [userId, move] of moves) {
      const old = record.marks[userId];
      const deliveredSeq = Math.max(old?.deliveredSeq ?? 0, move.deliveredSeq);
      const readSeq = Math.max(old?.readSeq ?? 0, move.readSeq);
      if (deliveredSeq === old?.deliveredSeq && readSeq === old.readSeq) continue;
      // Reading again what was read in secret tells nobody: only what is newly read is shown.
      const shown = move.shownReadSeq > (old?.readSeq ?? 0) ? move.shownReadSeq : shownReadSeq(old);
      const secret = shown < readSeq && { shownReadSeq: shown };
      marks[userId] = { deliveredSeq, readSeq, ...secret, rev: toRev, at: this.clock.now() };
    }
    if (Object.keys(marks).length === 0) return null;
    const marksBefore = Object.keys(record.marks).length;
    return { chatId, fromRev: record.rev, toRev, marksBefore, marks };
  }

  private async load(chatIds: string[]): Promise<Map<string, ReceiptsRecord>> {
    const missing = chatIds.filter((chatId) => !this.cache.has(chatId));
    const loaded =
      missing.length > 0
        ? await withDeadline(this.repository.findByChats(missing))
        : new Map<string, ReceiptsRecord>();
    return new Map(
      chatIds.map((chatId) => [
        chatId,
        this.cache.get(chatId) ?? loaded.get(chatId) ?? { rev: 0, marks: {} },
      ]),
    );
  }
}

function settle(members: Map<string, Gathered> | undefined, how: (waiter: Waiter) => void): void {
  for (const { waiters } of members?.values() ?? []) for (const waiter of waiters) how(waiter);
}

/** Whose reading brings no receipt further. */
function readAgain(batch: Map<string, Map<string, Gathered>>, records: Map<string, ReceiptsRecord>): Seat[] {
  return [...records].flatMap(([chatId, { marks }]) =>
    [...(batch.get(chatId) ?? [])]
      .filter(([userId, { readSeq }]) => readSeq > 0 && readSeq <= (marks[userId]?.readSeq ?? 0))
      .map(([userId]) => ({ chatId, userId })),
  );
}
