import type { CallState, CallType, SeatState } from './call-state.js';
import type { CallDevice, CallRecord, CallRequest, CallSeat } from './call.record.js';

/** Whom a call goes to. */
export interface CallTarget {
  readonly chatId: string;
  readonly isGroup: boolean;
  /** Whose devices ring. */
  readonly rungIds: readonly string[];
  /** Who does not admit the caller: called in silence, and none the wiser. */
  readonly hiddenIds: readonly string[];
  /** A group too large to ring: these are told of the call and may join it. */
  readonly toldIds: readonly string[];
}

export interface NewCall {
  readonly id: string;
  readonly callerId: string;
  readonly device: CallDevice;
  readonly callType: CallType;
  readonly target: CallTarget;
  /** Of those to be rung, who is in another call. */
  readonly busyIds: ReadonlySet<string>;
  readonly request: CallRequest | null;
  readonly now: Date;
  readonly ringMs: number;
}

/** A call's first version. Where everybody to be rung is busy it is over before it began. */
export function newCall({ id, callerId, device, target, busyIds, now, ...rest }: NewCall): CallRecord {
  const { chatId, isGroup, rungIds, hiddenIds, toldIds } = target;
  const isBusy = rungIds.length > 0 && rungIds.every((userId) => busyIds.has(userId));
  const others = rungIds.map((userId): [string, SeatState] => [
    userId,
    busyIds.has(userId) ? 'busy' : 'ringing',
  ]);
  const hidden = hiddenIds.map((userId): [string, SeatState] => [userId, 'invited']);
  const caller: CallSeat = isBusy
    ? { userId: callerId, state: 'left', joinedAt: now, leftAt: now }
    : { userId: callerId, state: 'joined', joinedAt: now, device };
  const seats = [caller, ...[...others, ...hidden].map(([userId, state]) => ({ userId, state }))];
  const state: CallState = isBusy ? 'busy' : toldIds.length > 0 ? 'active' : 'ringing';
  return {
    id,
    version: 0,
    chatId,
    isGroup,
    callType: rest.callType,
    callerId,
    state,
    seats,
    hiddenFrom: hiddenIds,
    createdAt: now,
    ringUntil: new Date(now.getTime() + rest.ringMs),
    requests: rest.request ? [rest.request] : [],
    ...(isBusy && { endedAt: now, endReason: 'busy', isTraced: false }),
  };
}
