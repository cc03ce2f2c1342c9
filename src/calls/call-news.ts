import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { DomainEvents } from '../events/domain-events.js';
import { isInterrupted, isLive, peerSockets, seatOf, userIdsIn, visibleTo } from './call-seats.js';
import type { Change } from './call-store.js';
import type { CallRecord, CallSeat } from './call.record.js';
import { toCallView } from './call.view.js';

/** Whose deed it was; `socketId` is the device that knows it already by its ack. */
export interface Deed {
  userId: string;
  reason: string;
  socketId?: string;
}

/** Says what has become of a call, to whom it concerns, after it was stored. */
@Injectable()
export class CallNews {
  constructor(
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  placed(call: CallRecord, toldIds: readonly string[]): void {
    const { id: callId, chatId } = call;
    if (call.state === 'busy') return this.missed(call, userIdsIn(call, 'busy'));
    const rungIds = userIdsIn(call, 'ringing');
    if (rungIds.length > 0)
      this.events.publish('call.rang', { call: toCallView(call), recipientIds: rungIds });
    const busyIds = userIdsIn(call, 'busy');
    if (busyIds.length > 0) this.missed(call, busyIds);
    if (toldIds.length > 0) this.events.publish('call.started', { callId, chatId, recipientIds: toldIds });
  }

  joined({ after }: Change, userId: string): void {
    const { device } = seatOf(after, userId) as CallSeat;
    const recipientIds = userIdsIn(after, 'joined', 'ringing').filter((id) => id !== userId);
    const socketId = device?.socketId ?? '';
    this.events.publish('call.joined', { callId: after.id, userId, socketId, recipientIds });
    this.tellOfAbsence(after, userId, socketId);
  }

  declined({ after }: Change, { userId, reason, socketId }: Deed): void {
    const recipientIds = this.concerned(after, userId);
    this.events.publish('call.rejected', { call: toCallView(after), userId, reason, socketId, recipientIds });
  }

  ended({ after }: Change, { userId, reason, socketId }: Deed): void {
    const recipientIds = this.concerned(after, userId);
    this.events.publish('call.ended', { call: toCallView(after), userId, reason, socketId, recipientIds });
  }

  missed(call: CallRecord, recipientIds: readonly string[]): void {
    if (recipientIds.length > 0) this.events.publish('call.missed', { callId: call.id, recipientIds });
  }

  interrupted(call: CallRecord, userId: string, graceMs: number): void {
    const peerSocketIds = peerSockets(call, userId);
    if (peerSocketIds.length === 0) return;
    this.events.publish('call.interrupted', { callId: call.id, userId, graceMs, peerSocketIds });
  }

  resumed({ before, after }: Change, userId: string): void {
    const was = seatOf(before, userId);
    const { device } = seatOf(after, userId) as CallSeat;
    const socketId = device?.socketId ?? '';
    const relieved = was && !isInterrupted(was) && was.device?.socketId;
    this.events.publish('call.resumed', {
      callId: after.id,
      userId,
      socketId,
      ...(relieved && relieved !== socketId && { relievedId: relieved }),
      peerSocketIds: peerSockets(after, userId),
    });
    this.tellOfAbsence(after, userId, socketId);
  }

  /** Who comes in hears who is away at the moment, and for how long they may be. */
  private tellOfAbsence({ id, seats }: CallRecord, newcomerId: string, socketId: string): void {
    for (const { userId, graceUntil } of seats) {
      if (!graceUntil || userId === newcomerId) continue;
      const graceMs = Math.max(graceUntil.getTime() - this.clock.nowMs(), 0);
      this.events.publish('call.interrupted', { callId: id, userId, graceMs, peerSocketIds: [socketId] });
    }
  }

  /** All of a call that is over; while it lasts those in it, those being rung, and the one whose deed it was. */
  private concerned(call: CallRecord, userId: string): string[] {
    if (!isLive(call)) return visibleTo(call);
    return [...new Set([...userIdsIn(call, 'joined', 'ringing'), userId])];
  }
}
