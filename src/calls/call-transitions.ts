import { AppError, ConflictError, ForbiddenError } from '../common/errors/app-error.js';
import { isCalled, isInterrupted, isLive, joinedSeats, moved, seatOf, withSeat } from './call-seats.js';
import { type CallState, moveCall } from './call-state.js';
import type { CallDevice, CallRecord, CallRequest, CallSeat } from './call.record.js';

/** The most people that a mesh of peer connections carries. */
export const MAX_JOINED = 8;

/** Requests that a call remembers; nobody sends again what lies so many joins back. */
const MAX_REQUESTS = 100;

const OVER = 'This call is over';
const NOT_IN_CALL = 'You are not in this call';

/*
 * What people do to a call: a record and a deed make the next record, or an error for whoever did it. Pure:
 * the store tries each against the latest version until one write wins.
 */

/** Comes in: answers, joins a group call later, or joins again. The same device twice changes nothing. */
export function join(
  call: CallRecord,
  {
    userId,
    device,
    now,
    request,
  }: { userId: string; device: CallDevice; now: Date; request?: CallRequest | null },
): CallRecord {
  assertLive(call);
  const seat = seatOf(call, userId);
  if (seat?.state === 'joined') {
    if (seat.device?.socketId === device.socketId && !seat.graceUntil) return call;
    throw new ConflictError('Another device of yours is in this call: call_resume moves it here');
  }
  if (!seat && !call.isGroup) throw new ForbiddenError(NOT_IN_CALL);
  if (joinedSeats(call).length >= MAX_JOINED) throw new ConflictError('This call is full');
  const { leftAt: _, ...before } = seat ? moved(seat, 'joined', now) : { userId, state: 'joined' as const };
  const joined: CallSeat = { ...before, joinedAt: now, device };
  const next = seat ? withSeat(call, joined) : { ...call, seats: [...call.seats, joined] };
  return {
    ...next,
    state: call.state === 'ringing' ? moveCall('ringing', 'active') : call.state,
    answeredAt: call.answeredAt ?? now,
    hiddenFrom: call.hiddenFrom.filter((id) => id !== userId),
    requests: request ? [...call.requests, request].slice(-MAX_REQUESTS) : call.requests,
  };
}

/** Says no. The call of two is over by it, a group's when nobody is left to answer. */
export function decline(
  call: CallRecord,
  { userId, now, reason = 'rejected' }: { userId: string; now: Date; reason?: string },
): CallRecord {
  assertLive(call);
  const seat = seatOf(call, userId);
  if (seat?.state === 'joined') throw new ConflictError('You are in this call: end it');
  if (seat?.state !== 'ringing') throw new ForbiddenError('You are not being called');
  const declined = withSeat(call, moved(seat, 'declined', now));
  const isUnanswered = call.state === 'ringing' && !declined.seats.some(({ state }) => isCalled(state));
  return isUnanswered ? finish(declined, 'rejected', reason, now) : declined;
}

/** Hangs up, on any device of theirs; who is only being rung declines by it, and a lone caller cancels. */
export function hangUp(
  call: CallRecord,
  { userId, now, reason }: { userId: string; now: Date; reason?: string },
): CallRecord {
  assertLive(call);
  const seat = seatOf(call, userId);
  if (seat?.state === 'ringing') return decline(call, { userId, now, reason });
  if (seat?.state !== 'joined') throw new ForbiddenError(NOT_IN_CALL);
  if (call.state === 'ringing') return finish(call, 'cancelled', reason ?? 'cancelled', now);
  const left = withSeat(call, moved(seat, 'left', now));
  return isDeserted(left) ? finish(left, 'ended', reason ?? 'hangup', now) : left;
}

/** Is out of the group, and so of its call, whatever they were in it. */
export function removeMember(call: CallRecord, { userId, now }: { userId: string; now: Date }): CallRecord {
  const seat = seatOf(call, userId);
  if (!isLive(call) || !seat) return call;
  if (seat.state === 'joined') return hangUp(call, { userId, now, reason: 'removed' });
  if (seat.state !== 'ringing') return call;
  const left = withSeat(call, moved(seat, 'left', now));
  const isUnanswered = call.state === 'ringing' && !left.seats.some(({ state }) => isCalled(state));
  return isUnanswered ? finish(left, 'missed', 'removed', now) : left;
}

/**
 * The device is gone; it or another of theirs may come back in time. Who is away already keeps the time that
 * they have, unless `isAnew`: the server itself was away.
 */
export function interrupt(
  call: CallRecord,
  { userId, isGone, graceUntil, isAnew = false }: Loss,
): CallRecord {
  const seat = seatOf(call, userId);
  if (!isLive(call) || seat?.state !== 'joined' || (isInterrupted(seat) && !isAnew)) return call;
  return seat.device && isGone(seat.device) ? withSeat(call, { ...seat, graceUntil }) : call;
}

export interface Loss {
  userId: string;
  isGone: (device: CallDevice) => boolean;
  graceUntil: Date;
  isAnew?: boolean;
}

/** Goes on with the call on this device, whether another was lost or is to be relieved. */
export function resume(
  call: CallRecord,
  { userId, device }: { userId: string; device: CallDevice },
): CallRecord {
  assertLive(call);
  const seat = seatOf(call, userId);
  if (seat?.state !== 'joined') throw new ForbiddenError(`${NOT_IN_CALL}: join it by call_accepted`);
  if (seat.device?.socketId === device.socketId && !seat.graceUntil) return call;
  const { graceUntil: _, ...rest } = seat;
  return withSeat(call, { ...rest, device });
}

/** What time does: nobody answered any more, or somebody did not come back. */
export function expire(call: CallRecord, now: Date): CallRecord {
  if (!isLive(call)) return call;
  const isLost = ({ state, graceUntil }: CallSeat) =>
    state === 'joined' && graceUntil !== undefined && graceUntil <= now;
  const hasRung = call.ringUntil <= now;
  if (call.state === 'ringing') {
    if (hasRung) return finish(call, 'missed', 'timeout', now);
    return call.seats.some(isLost) ? finish(call, 'missed', 'failed', now) : call;
  }
  const lost = call.seats.some(isLost);
  if (!lost && !(hasRung && call.seats.some(({ state }) => isCalled(state)))) return call;
  const seats = call.seats.map((seat) => {
    if (isLost(seat)) return moved(seat, 'left', now);
    return hasRung && isCalled(seat.state) ? moved(seat, 'missed', now) : seat;
  });
  const next = { ...call, seats };
  if (!lost || !isDeserted(next)) return next;
  // With somebody still on the line it ended for want of the other; else it broke off for all.
  const isAnybodyThere = joinedSeats(next).some((seat) => !isInterrupted(seat));
  return finish(next, isAnybodyThere ? 'ended' : 'failed', 'failed', now);
}

/** Over for everybody in it: who did not answer has missed it, who was in has left. */
function finish(call: CallRecord, state: CallState, endReason: string, now: Date): CallRecord {
  return {
    ...call,
    state: moveCall(call.state, state),
    seats: call.seats.map((seat) => {
      if (isCalled(seat.state)) return moved(seat, 'missed', now);
      return seat.state === 'joined' ? moved(seat, 'left', now) : seat;
    }),
    endedAt: now,
    endReason,
    ...(call.hiddenFrom.length === 0 && { isTraced: false }),
  };
}

/** A call of two ends when one is left, a group's when the last has left. */
function isDeserted(call: CallRecord): boolean {
  return joinedSeats(call).length < (call.isGroup ? 1 : 2);
}

export function assertLive(call: CallRecord): void {
  if (!isLive(call)) throw new AppError('GONE', OVER);
}
