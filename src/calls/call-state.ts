export const CALL_TYPES = ['audio', 'video'] as const;
export type CallType = (typeof CALL_TYPES)[number];

export const CALL_STATES = [
  'ringing',
  'active',
  'ended',
  'missed',
  'rejected',
  'busy',
  'cancelled',
  'failed',
] as const;
export type CallState = (typeof CALL_STATES)[number];

export const SEAT_STATES = ['invited', 'ringing', 'joined', 'left', 'declined', 'missed', 'busy'] as const;
/** What one person is to a call. `invited` is called without a device of theirs ringing. */
export type SeatState = (typeof SEAT_STATES)[number];

/**
 * Which state of a call may follow which; a call starts as `ringing`, as `active` where nobody is rung, or as
 * `busy`. Everything that is not here is a mistake in the code, never an answer to a client.
 */
export const CALL_MOVES: Readonly<Record<CallState, readonly CallState[]>> = {
  ringing: ['active', 'missed', 'rejected', 'cancelled'],
  active: ['ended', 'failed'],
  ended: [],
  missed: [],
  rejected: [],
  busy: [],
  cancelled: [],
  failed: [],
};

/** The same for each person in it. Whoever is out of a group call may come in again while it lasts. */
export const SEAT_MOVES: Readonly<Record<SeatState, readonly SeatState[]>> = {
  invited: ['joined', 'missed'],
  ringing: ['joined', 'left', 'declined', 'missed'],
  joined: ['left'],
  left: ['joined'],
  declined: ['joined'],
  missed: ['joined'],
  busy: ['joined'],
};

/** A rule of this file was broken: a fault of ours. */
export class IllegalMoveError extends Error {}

export function moveCall(from: CallState, to: CallState): CallState {
  if (!CALL_MOVES[from].includes(to)) throw new IllegalMoveError(`a call that is ${from} can't be ${to}`);
  return to;
}

export function moveSeat(from: SeatState, to: SeatState): SeatState {
  if (!SEAT_MOVES[from].includes(to)) throw new IllegalMoveError(`who is ${from} can't be ${to}`);
  return to;
}

/** Only such a call can still change. */
export function isLiveState(state: CallState): boolean {
  return CALL_MOVES[state].length > 0;
}
