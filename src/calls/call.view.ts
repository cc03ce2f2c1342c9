import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { PageView } from '../common/pagination/cursor.js';
import { seatOf } from './call-seats.js';
import { shownSeatState } from './call-sight.js';
import {
  CALL_STATES,
  CALL_TYPES,
  type CallState,
  type CallType,
  SEAT_STATES,
  type SeatState,
} from './call-state.js';
import type { CallRecord, CallSeat } from './call.record.js';

export class CallParticipantView {
  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  userId: string;

  @ApiProperty({ enum: SEAT_STATES, example: 'joined' })
  state: SeatState;

  @ApiPropertyOptional({ example: '2026-11-22T10:15:32.000Z' })
  joinedAt?: string;

  @ApiPropertyOptional({ example: '2026-11-22T10:17:01.000Z' })
  leftAt?: string;
}

/** A call. Events carry it in the same shape for everybody. */
export class CallView {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60733' })
  id: string;

  @ApiProperty({ example: '6920f1b0a1b2c3d4e5f60710' })
  chatId: string;

  @ApiProperty({ enum: CALL_TYPES, example: 'video' })
  callType: CallType;

  @ApiProperty({
    enum: CALL_STATES,
    example: 'active',
    description: 'Who was busy in another call is shown it as `missed`',
  })
  state: CallState;

  @ApiProperty({ example: '6920f1a0a1b2c3d4e5f60701' })
  callerId: string;

  @ApiProperty({ type: [CallParticipantView], description: 'The caller first' })
  participants: CallParticipantView[];

  @ApiProperty({ example: '2026-11-22T10:15:30.123Z' })
  createdAt: string;

  @ApiPropertyOptional({ example: '2026-11-22T10:15:32.000Z', description: 'When the first one answered' })
  answeredAt?: string;

  @ApiPropertyOptional({ example: '2026-11-22T10:17:01.000Z' })
  endedAt?: string;

  @ApiPropertyOptional({ example: 89_000, description: 'From the first answer to the end' })
  durationMs?: number;

  @ApiPropertyOptional({
    example: 'hangup',
    description:
      'The `reason` of whoever ended it; without one `hangup`, `cancelled` or `rejected`. By itself: `timeout`, `busy`, `failed` (devices were lost), `removed` (from the group)',
  })
  endReason?: string;
}

export class CallPageView extends PageView {
  @ApiProperty({ type: [CallView] })
  items: CallView[];
}

/** As everybody in it sees it. */
export function toCallView(call: CallRecord): CallView {
  return viewAs(call, call.state);
}

/** As this one of them sees it. */
export function toOwnCallView(call: CallRecord, userId: string): CallView {
  const foundBusy = call.state === 'busy' && seatOf(call, userId)?.state === 'busy';
  return viewAs(call, foundBusy ? 'missed' : call.state);
}

function viewAs(call: CallRecord, state: CallState): CallView {
  const { answeredAt, endedAt, endReason } = call;
  const durationMs = durationOf(call);
  return {
    id: call.id,
    chatId: call.chatId,
    callType: call.callType,
    state,
    callerId: call.callerId,
    participants: call.seats.map(toParticipantView),
    createdAt: call.createdAt.toISOString(),
    ...(answeredAt && { answeredAt: answeredAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    ...(durationMs !== undefined && { durationMs }),
    ...(endReason !== undefined && { endReason }),
  };
}

export function durationOf({ answeredAt, endedAt }: CallRecord): number | undefined {
  return answeredAt && endedAt ? endedAt.getTime() - answeredAt.getTime() : undefined;
}

function toParticipantView(seat: CallSeat): CallParticipantView {
  const { userId, joinedAt, leftAt } = seat;
  return {
    userId,
    state: shownSeatState(seat),
    ...(joinedAt && { joinedAt: joinedAt.toISOString() }),
    ...(leftAt && { leftAt: leftAt.toISOString() }),
  };
}
