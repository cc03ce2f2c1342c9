import { Injectable, type OnModuleInit } from '@nestjs/common';

import { AppError, ForbiddenError, UnavailableError, ValidationError } from '../common/errors/app-error.js';
import { DomainEvents } from '../events/domain-events.js';
import { CallFinder, type CallRef } from './call-finder.js';
import { isCalled, isInterrupted, peerSockets, seatOf } from './call-seats.js';
import { CallStore, MAX_TRIES } from './call-store.js';
import { assertLive } from './call-transitions.js';
import type { CallDevice, CallRecord } from './call.record.js';
import { HeldSignals } from './held-signals.js';
import type { SentSignal, Signal } from './signal.js';

/** What a device asks to be passed on. */
export interface Sending extends CallRef {
  to: string;
  signal: Signal;
}

/** Where signals go right now. */
export interface Delivery {
  socketId: string;
  signals: SentSignal[];
}

/**
 * Signals between the devices of a call: from one that is in it to the one of its peer, unread and unstored.
 * What comes while the peer is rung or interrupted waits for the device that accepts or resumes, on the node of its
 * sender: on whatever node the device comes in, all of them hand over what they hold.
 */
@Injectable()
export class CallSignals implements OnModuleInit {
  /** Who has just come in and hears what was held in a moment, behind the ack. */
  private readonly arriving = new Set<string>();

  constructor(
    private readonly finder: CallFinder,
    private readonly store: CallStore,
    private readonly held: HeldSignals,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.events.onAnywhere('call.joined', (arrival) => this.handOver(arrival));
    this.events.onAnywhere('call.resumed', (arrival) => this.handOver(arrival));
  }

  /** Each to the device of its receiver, in order; `null`: it waits. One look at the call is good for all. */
  async sendAll(
    userId: string,
    device: CallDevice,
    sendings: readonly Sending[],
  ): Promise<PromiseSettledResult<Delivery | null>[]> {
    const calls: KnownCalls = new Map();
    const results: PromiseSettledResult<Delivery | null>[] = [];
    for (const sending of sendings) {
      const [result] = await Promise.allSettled([this.send(userId, device, sending, calls)]);
      results.push(result);
    }
    return results;
  }

  /** The sockets that hear what this device says to all others in the call. */
  async peersOf(userId: string, device: CallDevice, callId: string): Promise<string[]> {
    const call = await this.latest(userId, { callId });
    assertSpeaks(call, userId, device);
    return peerSockets(call, userId);
  }

  private async send(
    userId: string,
    device: CallDevice,
    { callId, to, signal }: Sending,
    calls: KnownCalls,
  ): Promise<Delivery | null> {
    if (to === userId) throw ValidationError.of('to', 'isOther', 'to must be somebody else');
    const call = await this.known(userId, { callId, to }, calls);
    assertSpeaks(call, userId, device);
    const sent = { callId: call.id, from: userId, signal };
    const receiver = seatOf(call, to);
    if (!receiver || !(isCalled(receiver.state) || receiver.state === 'joined')) {
      throw new ForbiddenError('They are not in this call');
    }
    const isAway = isCalled(receiver.state) || isInterrupted(receiver);
    if (isAway || !receiver.device || this.arriving.has(keyOf(call.id, to))) {
      this.held.hold(to, sent);
      return null;
    }
    return { socketId: receiver.device.socketId, signals: [...this.held.take(call.id, to), sent] };
  }

  /** As it was read for one of the group before, unless it has changed since. */
  private async known(userId: string, ref: CallRef, calls: KnownCalls): Promise<CallRecord> {
    const key = `${ref.callId}:${ref.to}`;
    const before = calls.get(key);
    if (before && (before instanceof AppError || !this.store.isOutdated(before))) return orThrow(before);
    const found = await this.latest(userId, ref).catch(orAppError);
    calls.set(key, found);
    return orThrow(found);
  }

  /** Not one that was read just before somebody came in: what is held then would wait for ever. */
  private async latest(userId: string, ref: CallRef): Promise<CallRecord> {
    for (let reads = 0; reads < MAX_TRIES; reads += 1) {
      const call = await this.finder.get(userId, ref);
      if (!this.store.isOutdated(call)) return call;
    }
    throw new UnavailableError();
  }

  /** After the ack of the event by which the device came in, which is sent in this turn of the event loop. */
  private handOver({ callId, userId, socketId }: { callId: string; userId: string; socketId: string }): void {
    const key = keyOf(callId, userId);
    this.arriving.add(key);
    setImmediate(() => {
      this.arriving.delete(key);
      const signals = this.held.take(callId, userId);
      if (signals.length > 0) this.events.publish('call.signals_released', { socketId, signals });
    });
  }
}

/** What a look at a call has brought, by what was asked for. */
type KnownCalls = Map<string, CallRecord | AppError>;

function orThrow(found: CallRecord | AppError): CallRecord {
  if (found instanceof AppError) throw found;
  return found;
}

function orAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function assertSpeaks(call: CallRecord, userId: string, { socketId }: CallDevice): void {
  const seat = seatOf(call, userId);
  if (!seat) throw new ForbiddenError('You are not in this call');
  assertLive(call);
  if (seat.state !== 'joined' || seat.device?.socketId !== socketId || seat.graceUntil) {
    throw new ForbiddenError('This device is not in the call');
  }
}

const keyOf = (callId: string, userId: string) => `${callId}:${userId}`;
