import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

import { Clock, type ClockTimer } from '../../common/clock.js';
import { DomainEvents } from '../../events/domain-events.js';
import { ReceiptTimesRepository } from './receipt-times.repository.js';
import type { ReceiptMoveRow } from './receipt-times.schema.js';

/** Moves of so long are remembered by one write: rows of many moves are dear to rewrite for each. */
const GATHER_MS = 1000;

/**
 * Since when members have which messages: a receipt moved -> it is remembered, a moment later. A crash loses that
 * moment, and other nodes know it after it: how far somebody is, is stored before and elsewhere.
 */
@Injectable()
export class ReceiptMoves implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ReceiptMoves.name);
  /** By chat and user. */
  private gathered = new Map<string, { chatId: string; userId: string; moves: ReceiptMoveRow[] }>();
  private timer: ClockTimer | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly events: DomainEvents,
    private readonly times: ReceiptTimesRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.on('receipt.moved', ({ chatId, userId, deliveredSeq, shownReadSeq, at }) => {
      this.gather(chatId, userId, { at: new Date(at), d: deliveredSeq, r: shownReadSeq });
    });
    this.events.onAnywhere('user.deleted', ({ userId }) => {
      for (const [key, step] of this.gathered) if (step.userId === userId) this.gathered.delete(key);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** By user id, oldest first: the last moves of each, those too that were not written yet. */
  async find(chatId: string, userIds: string[]): Promise<Map<string, ReceiptMoveRow[]>> {
    await this.flush();
    return this.times.find(chatId, userIds);
  }

  /** After it, all that has moved on this node is written, or was lost with a warning. */
  flush(): Promise<void> {
    this.timer?.cancel();
    this.timer = null;
    const steps = [...this.gathered.values()];
    this.gathered = new Map();
    // One after the other: the moves of a member keep their order.
    if (steps.length > 0) {
      this.writing = this.writing
        .then(() => this.times.remember(steps))
        .catch((error: unknown) => {
          this.logger.warn(
            `since when ${steps.length} members have their messages is lost: ${String(error)}`,
          );
        });
    }
    return this.writing;
  }

  private gather(chatId: string, userId: string, move: ReceiptMoveRow): void {
    const step = this.gathered.get(chatId + userId);
    if (step) step.moves.push(move);
    else this.gathered.set(chatId + userId, { chatId, userId, moves: [move] });
    this.timer ??= this.clock.setTimer(GATHER_MS, () => void this.flush());
  }
}
