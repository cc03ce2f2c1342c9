import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { AppError, ConflictError, UnavailableError } from '../common/errors/app-error.js';
import { AppConfig } from '../config/app-config.js';
import { CallJoins } from './call-joins.js';
import { CallLeaves } from './call-leaves.js';
import { CallNews } from './call-news.js';
import { isInterrupted, isLive, seatOf } from './call-seats.js';
import { CallSeating } from './call-seating.js';
import type { CallType } from './call-state.js';
import { CallStore, MAX_TRIES } from './call-store.js';
import { CallTargets } from './call-targets.js';
import { CallTraces } from './call-traces.js';
import type { CallDevice, CallRecord, CallRequest } from './call.record.js';
import { CallsRepository } from './calls.repository.js';
import { type CallTarget, newCall } from './new-call.js';

const DAY_MS = 86_400_000;

/** What a caller asks for. */
export interface CallWish {
  to?: string;
  chatId?: string;
  callType: CallType;
  requestId?: string;
}

interface Start {
  callerId: string;
  device: CallDevice;
  callType: CallType;
  target: CallTarget;
  request?: CallRequest;
}

/**
 * Calling. The unique indexes of live calls decide what is possible: one per chat, so of two who call each
 * other at once the second finds the call of the first and answers it; one per person, so who is busy is so
 * on every node.
 */
@Injectable()
export class CallStarts {
  constructor(
    private readonly targets: CallTargets,
    private readonly calls: CallsRepository,
    private readonly store: CallStore,
    private readonly joins: CallJoins,
    private readonly leaves: CallLeaves,
    private readonly seating: CallSeating,
    private readonly news: CallNews,
    private readonly traces: CallTraces,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** A retry with the same `requestId` answers the call of the first try. */
  async start(callerId: string, device: CallDevice, wish: CallWish): Promise<CallRecord> {
    const request = requestOf(callerId, wish);
    const first = request && (await this.findFirst(request));
    if (first) return this.again(first, callerId, device);
    if (wish.to !== undefined) await this.assertFreeFor(callerId, wish.to);
    const target = await this.targets.find(callerId, wish);
    const { callType } = wish;
    return this.place({ callerId, device, callType, target, ...(request && { request }) });
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
    const busyIds = new Set<string>();
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const call = this.draft(start, busyIds);
      const written = await this.store.insert(call);
      if (written === 'stored') return this.placed(call, target);
      // Of several things in the way the database names one: the same request in any case comes first.
      const first = request && (await this.findFirst(request));
      if (first) return this.again(first, callerId, device);
      const inChat = await this.calls.findLiveIn(target.chatId);
      const met = inChat ? await this.meet(inChat, start) : null;
      if (met) return met;
      if (!inChat) await this.findBusy(start, busyIds);
    }
    throw new UnavailableError();
  }

  private draft({ callerId, device, callType, target, request }: Start, busyIds: Set<string>): CallRecord {
    const ringMs = this.config.callRingMs;
    const id = this.calls.newId();
    return newCall({
      id,
      callerId,
      device,
      callType,
      target,
      busyIds,
      ...(request && { request }),
      now: this.clock.now(),
      ringMs,
    });
  }

  private async placed(call: CallRecord, { toldIds }: CallTarget): Promise<CallRecord> {
    this.news.placed(call, toldIds);
    await this.traces.leave(call);
    if (call.state === 'busy') throw busy();
    return call;
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
  private async findBusy({ callerId, target }: Start, busyIds: Set<string>): Promise<void> {
    if (!(await this.leaves.freeFromOthers(callerId))) throw inAnother();
    const inCalls = await this.calls.findLiveOf(target.rungIds);
    busyIds.clear();
    for (const userId of target.rungIds) {
      const isBusy = inCalls.some((call) => isSeated(call, userId));
      if (isBusy) busyIds.add(userId);
    }
  }

  private async findFirst(request: CallRequest): Promise<CallRecord | null> {
    await this.calls.releaseRequest(request.key, new Date(this.clock.nowMs() - DAY_MS));
    const call = await this.calls.findByRequest(request.key);
    if (call && !call.requests.some(({ key, hash }) => key === request.key && hash === request.hash))
      throw new ConflictError('This requestId was used for another call: make a new one');
    return call;
  }

  /** A caller who lost the connection with the answer goes on with the call on the new one. */
  private async again(call: CallRecord, callerId: string, device: CallDevice): Promise<CallRecord> {
    if (call.state === 'busy') throw busy();
    const seat = seatOf(call, callerId);
    const isLost = isLive(call) && seat && isInterrupted(seat);
    return isLost ? this.seating.resume(callerId, device, call.id) : call;
  }
}

function inAnother(): AppError {
  return new ConflictError('You are in another call: end it first');
}

function busy(): AppError {
  return new AppError('BUSY', 'They are in another call');
}

function isSeated(call: CallRecord, userId: string): boolean {
  const state = seatOf(call, userId)?.state;
  return state === 'ringing' || state === 'joined';
}

function requestOf(callerId: string, { requestId, to, chatId, callType }: CallWish): CallRequest | undefined {
  if (requestId === undefined) return undefined;
  const hash = createHash('sha256')
    .update(JSON.stringify([to, chatId, callType]))
    .digest('base64url');
  return { key: `${callerId}:${requestId}`, hash };
}
