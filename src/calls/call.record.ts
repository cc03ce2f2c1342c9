import type { CallState, CallType, SeatState } from './call-state.js';

/** One socket that is in a call. */
export interface CallDevice {
  readonly socketId: string;
  readonly sessionId: string;
  /** The process that holds the socket. */
  readonly nodeId: string;
}

/** One person in a call. */
export interface CallSeat {
  readonly userId: string;
  readonly state: SeatState;
  readonly joinedAt?: Date;
  readonly leftAt?: Date;
  /** While joined. */
  readonly device?: CallDevice;
  /** While the device is gone: until then it, or another of theirs, may come back. */
  readonly graceUntil?: Date;
}

/** A `requestId` of `call_user` that led to this call, so that a retry finds it. */
export interface CallRequest {
  readonly key: string;
  /** Of what was asked for: the same id for something else is a mistake. */
  readonly hash: string;
}

/** A call, whole: one document, changed only from one version to the next. */
export interface CallRecord {
  readonly id: string;
  readonly version: number;
  readonly chatId: string;
  readonly isGroup: boolean;
  readonly callType: CallType;
  readonly callerId: string;
  readonly state: CallState;
  /** The caller first. */
  readonly seats: readonly CallSeat[];
  /** Whom it must not show itself to: they do not admit the caller. */
  readonly hiddenFrom: readonly string[];
  readonly createdAt: Date;
  /** Whoever has not answered by then has missed it. */
  readonly ringUntil: Date;
  readonly answeredAt?: Date;
  readonly endedAt?: Date;
  readonly endReason?: string;
  readonly requests: readonly CallRequest[];
  /** Of a call that is over: whether its chat knows of it. Absent where it never has to. */
  readonly isTraced?: boolean;
}
