import { Injectable } from '@nestjs/common';

import { AppError, ConflictError, UnavailableError } from '../common/errors/app-error.js';
import { CallJoins } from './call-joins.js';
import { CallLeaves } from './call-leaves.js';
import { CallPlacement, type Start } from './call-placement.js';
import { CallRequests, type CallWish } from './call-requests.js';
import { isInterrupted, isLive, isSeated, seatOf } from './call-seats.js';
import { CallSeating } from './call-seating.js';
import { MAX_TRIES } from './call-store.js';
import { CallTargets } from './call-targets.js';
import type { CallDevice, CallRecord } from './call.record.js';
import { CallsRepository } from './calls.repository.js';

/**
 * Calling. The unique indexes of live calls decide what is possible: one per chat, so of two who call each
 * other at once the second finds the call of the first and answers it; one per person, so who is busy is so
 * on every node.
 */
@Injectable()
export class CallStarts {
  constructor(
    private readonly requests: CallRequests,
    private readonly targets: CallTargets,
    private readonly placement: CallPlacement,
    private readonly calls: CallsRepository,
    private readonly joins: CallJoins,
    private readonly leaves: CallLeaves,
    private readonly seating: CallSeating,
  ) {}

  /** A retry with the same `requestId` answers the call of the first try. */
  async start(callerId: string, device: CallDevice, wish: CallWish): Promise<CallRecord> {
    const request = this.requests.of(callerId, wish);
    const first = await this.requests.find(request);
    if (first) return this.again(first, callerId, device);
    if (wish.to !== undefined) await this.assertFreeFor(callerId, wish.to);
    const target = await this.targets.find(callerId, wish);
    return this.place({ callerId, device, callType: wish.callType, target, request });
  }

  /** The index decides in any case; here so that no chat is made for a call that is refused. */
  private async assertFreeFor(callerId: string, to: string): Promise<void> {
    const [call] = await this.calls.findLiveOf([callerId]);
    if (!call || (!call.isGroup && seatOf(call, to))) return;
    const seat = seatOf(call, callerId);
    if (seat && !isInterrupted(seat)) throw inAnother();
  }

  private async place(start: Start): Promise<CallRecord> {
    const { callerId, device, target, request } = start;
    let busyIds: ReadonlySet<string> = new Set();
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const call = await this.placement.place(start, busyIds);
      if (call) return orBusy(call);
      // Of several things in the way the database names one: the same request in any case comes first.
      const first = await this.requests.find(request);
      if (first) return this.again(first, callerId, device);
      const inChat = await this.calls.findLiveIn(target.chatId);
      const met = inChat && (await this.meet(inChat, start));
      if (met) return met;
      if (!inChat) busyIds = await this.findBusy(start);
    }
    throw new UnavailableError();
  }

  /** There is a live call in the chat: the caller answers or joins it. `null`: it has just ended. */
  private async meet(inChat: CallRecord, { callerId, device, request }: Start): Promise<CallRecord | null> {
    const seat = seatOf(inChat, callerId);
    if (seat?.state === 'joined') {
      if (!isInterrupted(seat)) throw new ConflictError('You are in a call with this chat already');
      await this.leaves.abandon(inChat, callerId);
      return null;
    }
    try {
      return await this.joins.join(inChat, callerId, device, request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'GONE') return null;
      throw error;
    }
  }

  /** Somebody is in another call: the caller, who has to end it first, or some of those to be rung. */
  private async findBusy({ callerId, target }: Start): Promise<Set<string>> {
    const inCalls = await this.calls.findLiveOf([callerId, ...target.rungIds]);
    const own = inCalls.find((call) => isSeated(call, callerId));
    // Begun in this very chat since we looked there: the next try meets it.
    if (own?.chatId === target.chatId) return new Set();
    if (own && !(await this.leaves.freeFromOthers(callerId))) throw inAnother();
    return new Set(target.rungIds.filter((userId) => inCalls.some((call) => isSeated(call, userId))));
  }

  /** A caller who lost the connection with the answer goes on with the call on the new one. */
  private async again(call: CallRecord, callerId: string, device: CallDevice): Promise<CallRecord> {
    const seat = seatOf(call, callerId);
    const isLost = isLive(call) && seat && isInterrupted(seat);
    return isLost ? this.seating.resume(callerId, device, call.id) : orBusy(call);
  }
}

function orBusy(call: CallRecord): CallRecord {
  if (call.state === 'busy') throw new AppError('BUSY', 'They are in another call');
  return call;
}

function inAnother(): AppError {
  return new ConflictError('You are in another call: end it first');
}
