import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors/app-error.js';
import { CallFinder, type CallRef } from './call-finder.js';
import { CallNews } from './call-news.js';
import { isInterrupted, isLive, seatOf, visibleTo } from './call-seats.js';
import { type Change, CallStore } from './call-store.js';
import { CallTraces } from './call-traces.js';
import { decline, hangUp, removeMember } from './call-transitions.js';
import type { CallRecord } from './call.record.js';
import { CallsRepository } from './calls.repository.js';

/** What a client says with a farewell. */
export interface Farewell extends CallRef {
  reason?: string;
}

/** Going out of a call, or not into it. */
@Injectable()
export class CallLeaves {
  constructor(
    private readonly finder: CallFinder,
    private readonly calls: CallsRepository,
    private readonly store: CallStore,
    private readonly news: CallNews,
    private readonly traces: CallTraces,
    private readonly clock: Clock,
  ) {}

  async reject(userId: string, socketId: string, { reason, ...ref }: Farewell): Promise<CallRecord> {
    const call = await this.finder.get(userId, ref);
    const change = await this.store.change(call, (latest) =>
      decline(latest, { userId, now: this.clock.now(), reason }),
    );
    this.news.declined(change, { userId, reason: reason ?? 'rejected', socketId });
    await this.traces.leave(change.after);
    return change.after;
  }

  async end(userId: string, socketId: string, { reason, ...ref }: Farewell): Promise<CallRecord> {
    const call = await this.finder.get(userId, ref);
    return this.leave(call, { userId, socketId, reason });
  }

  /** Out of a group is out of its call. */
  async dropMember(chatId: string, userId: string): Promise<void> {
    const call = await this.calls.findLiveIn(chatId);
    if (!call) return;
    const change = await this.store.change(call, (latest) =>
      removeMember(latest, { userId, now: this.clock.now() }),
    );
    if (change.after === change.before) return;
    if (change.after.state === 'missed') this.news.missed(change.after, visibleTo(change.after));
    else this.news.ended(change, { userId, reason: 'removed' });
    await this.traces.leave(change.after);
  }

  /**
   * Takes somebody out of the live call that they are in with a device that is gone. `false`: they are in one
   * with a device that is there, or are being rung.
   */
  async freeFromOthers(userId: string): Promise<boolean> {
    const [call] = await this.calls.findLiveOf([userId]);
    if (!call) return true; // over by now
    const seat = seatOf(call, userId);
    if (!seat || !isInterrupted(seat)) return false;
    await this.abandon(call, userId);
    return true;
  }

  /** Leaves a call whose device is gone for good, as its user does something else. */
  async abandon(call: CallRecord, userId: string): Promise<void> {
    try {
      await this.leave(call, { userId, reason: 'left' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error; // over by now, or left
    }
  }

  private async leave(
    call: CallRecord,
    { userId, socketId, reason }: { userId: string; socketId?: string; reason?: string },
  ): Promise<CallRecord> {
    const change = await this.store.change(call, (latest) =>
      hangUp(latest, { userId, now: this.clock.now(), reason }),
    );
    this.tell(change, { userId, socketId, reason });
    await this.traces.leave(change.after);
    return change.after;
  }

  private tell(
    change: Change,
    { userId, socketId, reason }: { userId: string; socketId?: string; reason?: string },
  ) {
    const { after } = change;
    const wasRung = seatOf(after, userId)?.state === 'declined';
    if (wasRung) return this.news.declined(change, { userId, socketId, reason: reason ?? 'rejected' });
    const ofItself = isLive(after) ? 'hangup' : (after.endReason ?? 'hangup');
    this.news.ended(change, { userId, socketId, reason: reason ?? ofItself });
    return undefined;
  }
}
