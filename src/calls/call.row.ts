import { toObjectId } from '../database/object-id.js';
import { busyUserIds, deadlineOf, isLive, visibleTo } from './call-seats.js';
import type { CallRecord } from './call.record.js';
import type { Call } from './call.schema.js';
import { stateFor } from './call-sight.js';

export function toRow({ id, chatId, callerId, seats, hiddenFrom, requests, ...rest }: CallRecord): Call {
  const call: CallRecord = { id, chatId, callerId, seats, hiddenFrom, requests, ...rest };
  const deadlineAt = deadlineOf(call);
  return {
    ...rest,
    _id: toObjectId(id),
    chatId: toObjectId(chatId),
    callerId: toObjectId(callerId),
    seats: seats.map((seat) => ({ ...seat, userId: toObjectId(seat.userId) })),
    hiddenFrom: hiddenFrom.map(toObjectId),
    // An empty list would be one more key in the index of requests.
    ...(requests.length > 0 && { requests: [...requests] }),
    isLive: isLive(call),
    busyUserIds: busyUserIds(call).map(toObjectId),
    ...(deadlineAt && { deadlineAt }),
    shownTo: visibleTo(call).flatMap((userId) => [userId, shownAs(userId, stateFor(call, userId))]),
  };
}

export function toRecord(row: Call): CallRecord {
  const { _id, chatId, callerId, seats, hiddenFrom, requests = [], ...rest } = row;
  const { isLive: _, busyUserIds: __, deadlineAt: ___, shownTo: ____, ...fields } = rest;
  return {
    ...fields,
    id: _id.toHexString(),
    chatId: chatId.toHexString(),
    callerId: callerId.toHexString(),
    seats: seats.map((seat) => ({ ...seat, userId: seat.userId.toHexString() })),
    hiddenFrom: hiddenFrom.map((userId) => userId.toHexString()),
    requests,
  };
}

/** A key of `shownTo`. */
export const shownAs = (userId: string, state: string): string => `${userId}:${state}`;
