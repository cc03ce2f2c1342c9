import { Injectable, Logger } from '@nestjs/common';

import { Clock, type ClockTimer } from '../../common/clock.js';
import { withDeadline } from '../../database/deadline.js';
import { DomainEvents } from '../../events/domain-events.js';
import { ChatsRepository, type WatermarkMove } from '../chats.repository.js';

/** Pause between two flushes; longer where the last one was of many chats, up to half a second. */
const FLUSH_MS = 100;
const MAX_FLUSH_MS = 500;
const MORE_MS_PER_CHAT = 2;
/** The longest that a chat which was written a moment ago waits to be written again. */
const MAX_REST_MS = 10_000;

/**
 * Gathers how far each chat has come and writes it in one go, since only order in lists and the cost of a load
 * depend on it. Where many chats are lively, one that was just written rests before it is written again: it is
 * at the top of its lists already. Whoever reads a list here writes what they need of it first (`catchUp`).
 */
@Injectable()
export class ChatWatermarks {
  private readonly logger = new Logger(ChatWatermarks.name);
  private readonly moves = new Map<string, Omit<WatermarkMove, 'chatId'>>();
  /** Of `moves` those that nobody has been told of. */
  private readonly untold = new Set<string>();
  /** Of `moves` those that the next flush writes; the others rest. */
  private readonly due = new Set<string>();
  /** When chats were written that may still rest, the earliest first. */
  private readonly written = new Map<string, number>();
  private timer: ClockTimer | null = null;
  private pauseMs = FLUSH_MS;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly chats: ChatsRepository,
    private readonly clock: Clock,
    private readonly events: DomainEvents,
  ) {}

  /** `activityAt` is `null` for what leaves the chat's place in lists alone. */
  move(chatId: string, projectedRev: number, activityAt: Date | null): void {
    const lastActivityAt = activityAt ?? this.moves.get(chatId)?.lastActivityAt;
    this.moves.set(chatId, { projectedRev, ...(lastActivityAt && { lastActivityAt }) });
    this.untold.add(chatId);
    // Whoever reads the chat works a change of a message in again, until this is written.
    if (activityAt === null || !this.written.has(chatId)) this.due.add(chatId);
    this.schedule();
  }

  /** Writes all that has gathered. What fails goes with the next flush; what a crash loses, the log has. */
  async flush(): Promise<void> {
    await this.write([...this.moves.keys()]);
  }

  /** After it, these chats have their places in lists, as far as they moved on this node. */
  async catchUp(chatIds: readonly string[]): Promise<void> {
    const behind = chatIds.filter((chatId) => this.moves.has(chatId));
    if (behind.length > 0) await this.write(behind);
    else await this.flushing;
  }

  private schedule(): void {
    this.timer ??= this.clock.setTimer(this.pauseMs, () => void this.flushDue());
  }

  private async flushDue(): Promise<void> {
    this.timer = null;
    this.endRests();
    const due = [...this.due];
    this.pauseMs = Math.min(FLUSH_MS + due.length * MORE_MS_PER_CHAT, MAX_FLUSH_MS);
    await this.write(due);
    if (this.moves.size > 0) this.schedule();
  }

  /** Up to some hundred chats a second hardly rest. */
  private endRests(): void {
    const now = this.clock.nowMs();
    const restMs = Math.min(this.written.size * MORE_MS_PER_CHAT, MAX_REST_MS);
    for (const [chatId, at] of this.written) {
      if (now - at < restMs) return;
      this.written.delete(chatId);
      if (this.moves.has(chatId)) this.due.add(chatId);
    }
  }

  /** Tells of all that has moved: also of what is written later, and then again for who has read it meanwhile. */
  private async write(chatIds: string[]): Promise<void> {
    for (const chatId of chatIds) if (this.moves.has(chatId)) this.untold.add(chatId);
    const told = [...this.untold].map((chatId) => ({
      chatId,
      lastActivityAt: this.moves.get(chatId)?.lastActivityAt,
    }));
    this.untold.clear();
    const moves = chatIds.flatMap((chatId) => this.take(chatId) ?? []);
    this.flushing = this.flushing.then(async () => {
      if (moves.length > 0) await withDeadline(this.chats.moveWatermarks(moves));
    });
    this.flushing = this.flushing.catch((error: unknown) => {
      this.logger.warn(`watermarks of ${moves.length} chats not written yet: ${String(error)}`);
      this.putBack(moves);
    });
    await this.flushing;
    if (told.length > 0) this.events.publish('chats.moved', { chats: told });
  }

  /** A chat that rests for good would keep a wrong place in lists. What has moved on meanwhile says more. */
  private putBack(moves: readonly WatermarkMove[]): void {
    for (const { chatId, ...move } of moves) {
      this.moves.set(chatId, { ...move, ...this.moves.get(chatId) });
      this.due.add(chatId);
    }
    this.schedule();
  }

  private take(chatId: string) {
    const move = this.moves.get(chatId);
    if (!move) return null;
    this.moves.delete(chatId);
    this.due.delete(chatId);
    this.written.delete(chatId); // re-inserting keeps the earliest first
    this.written.set(chatId, this.clock.nowMs());
    return { chatId, ...move };
  }
}
