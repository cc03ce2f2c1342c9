import { Injectable, Logger } from '@nestjs/common';

import { Clock, type ClockTimer } from '../../common/clock.js';
import { withDeadline } from '../../database/deadline.js';
import { DomainEvents } from '../../events/domain-events.js';
import { ChatsRepository } from '../chats.repository.js';

/** Pause between two flushes; longer where the last one was of many chats, up to half a second. */
const FLUSH_MS = 100;
const MAX_FLUSH_MS = 500;
const MORE_MS_PER_CHAT = 2;

/** Gathers how far each chat has come and writes it in one go, since only order in lists and the cost of a load depend on it. */
@Injectable()
export class ChatWatermarks {
  private readonly logger = new Logger(ChatWatermarks.name);
  private readonly moves = new Map<string, { projectedRev: number; lastActivityAt?: Date }>();
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
    this.timer ??= this.clock.setTimer(this.pauseMs, () => void this.flush());
  }

  /** Writes what has gathered. A failure is logged: the log has it all. */
  async flush(): Promise<void> {
    this.timer?.cancel();
    this.timer = null;
    const moves = [...this.moves].map(([chatId, move]) => ({ chatId, ...move }));
    this.moves.clear();
    this.pauseMs = Math.min(FLUSH_MS + moves.length * MORE_MS_PER_CHAT, MAX_FLUSH_MS);
    this.flushing = this.flushing.then(async () => {
      if (moves.length > 0) await withDeadline(this.chats.moveWatermarks(moves));
    });
    this.flushing = this.flushing.catch((error: unknown) => {
      this.logger.warn(`watermarks of ${moves.length} chats not written: ${String(error)}`);
    });
    await this.flushing;
    const chats = moves.map(({ chatId, lastActivityAt }) => ({ chatId, lastActivityAt }));
    if (chats.length > 0) this.events.publish('chats.moved', { chats });
  }
}
