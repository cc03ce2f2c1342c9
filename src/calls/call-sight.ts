import { isHiddenFrom, seatOf } from './call-seats.js';
import type { CallState, SeatState } from './call-state.js';
import type { CallRecord, CallSeat } from './call.record.js';

/** Whether `userId` knows of a call in which they are named. */
export function isShownTo(call: CallRecord, userId: string): boolean {
  return seatOf(call, userId) !== undefined && !isHiddenFrom(call, userId);
}

/** A call in the eyes of one of its people: to who was busy, or did not answer in time, it is a missed one. */
export function stateFor(call: CallRecord, userId: string): CallState {
  const own = seatOf(call, userId)?.state;
  return own === 'busy' || own === 'missed' ? 'missed' : call.state;
}

/** Whom the caller may not know to be unreachable for them looks like everybody else. */
export function shownSeatState({ state }: CallSeat): SeatState {
  return state === 'invited' ? 'ringing' : state;
}
