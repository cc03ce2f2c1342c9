import { isLiveState, moveSeat, type SeatState } from './call-state.js';
import type { CallRecord, CallSeat } from './call.record.js';

/** Questions to a call record, and the two steps that every transition is made of. Pure. */

export const isLive = (call: CallRecord): boolean => isLiveState(call.state);

export function seatOf(call: CallRecord, userId: string): CallSeat | undefined {
  return call.seats.find((seat) => seat.userId === userId);
}

export function isHiddenFrom(call: CallRecord, userId: string): boolean {
  return call.hiddenFrom.includes(userId);
}

/** Ids of those in the given states, without whom the call is hidden from. */
export function userIdsIn(call: CallRecord, ...states: SeatState[]): string[] {
  return call.seats
    .filter(({ userId, state }) => states.includes(state) && !isHiddenFrom(call, userId))
    .map(({ userId }) => userId);
}

/** Everybody who may know of it. */
export function visibleTo(call: CallRecord): string[] {
  return call.seats.map(({ userId }) => userId).filter((userId) => !isHiddenFrom(call, userId));
}

/** Who is being rung or is in it, and so in no other. */
export function busyUserIds(call: CallRecord): string[] {
  return isLive(call) ? call.seats.filter(isTaken).map(({ userId }) => userId) : [];
}

/** Whether somebody is being rung or in it. */
export function isSeated(call: CallRecord, userId: string): boolean {
  const seat = seatOf(call, userId);
  return seat !== undefined && isTaken(seat);
}

const isTaken = ({ state }: CallSeat): boolean => state === 'ringing' || state === 'joined';

export function joinedSeats(call: CallRecord): CallSeat[] {
  return call.seats.filter(({ state }) => state === 'joined');
}

export function isInterrupted({ state, graceUntil }: CallSeat): boolean {
  return state === 'joined' && graceUntil !== undefined;
}

/** Sockets that are in it at the moment, but for this user's. */
export function peerSockets(call: CallRecord, userId: string): string[] {
  return joinedSeats(call).flatMap((seat) =>
    seat.userId === userId || !seat.device || isInterrupted(seat) ? [] : [seat.device.socketId],
  );
}

/** When something has to happen by itself; `null`: never. */
export function deadlineOf(call: CallRecord): Date | null {
  if (!isLive(call)) return null;
  const isRinging = call.state === 'ringing' || call.seats.some(({ state }) => isCalled(state));
  const moments = call.seats.flatMap(({ graceUntil }) => graceUntil?.getTime() ?? []);
  if (isRinging) moments.push(call.ringUntil.getTime());
  return moments.length > 0 ? new Date(Math.min(...moments)) : null;
}

export const isCalled = (state: SeatState): boolean => state === 'ringing' || state === 'invited';

/** The call with one seat replaced. */
export function withSeat(call: CallRecord, seat: CallSeat): CallRecord {
  return { ...call, seats: call.seats.map((one) => (one.userId === seat.userId ? seat : one)) };
}

/** The seat in its next state; a device belongs to who is joined alone. */
export function moved(seat: CallSeat, to: SeatState, now: Date): CallSeat {
  const { device: _, graceUntil: __, ...rest } = seat;
  return { ...rest, state: moveSeat(seat.state, to), ...(to === 'left' && { leftAt: now }) };
}
