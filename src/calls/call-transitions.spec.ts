import { describe, expect, it } from 'vitest';

import { AppError, type ErrorCode } from '../common/errors/app-error.js';
import { busyUserIds, deadlineOf, isLive, seatOf } from './call-seats.js';
import { CALL_STATES, type CallState, SEAT_STATES, type SeatState } from './call-state.js';
import {
  decline,
  expire,
  hangUp,
  interrupt,
  join,
  MAX_JOINED,
  removeMember,
  resume,
} from './call-transitions.js';
import type { CallDevice, CallRecord, CallSeat } from './call.record.js';
import { type CallTarget, newCall } from './new-call.js';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const RING_MS = 45_000;
const GRACE_MS = 15_000;
const at = (ms: number) => new Date(START + ms);
const device = (socketId: string): CallDevice => ({ socketId, sessionId: `of ${socketId}`, nodeId: 'node' });

const DIRECT: CallTarget = { chatId: 'chat', isGroup: false, rungIds: ['bob'], hiddenIds: [], toldIds: [] };
const GROUP: CallTarget = { ...DIRECT, isGroup: true, rungIds: ['bob', 'cleo', 'dan'] };

function call(target: CallTarget = DIRECT, busyIds: string[] = []): CallRecord {
  return newCall({
    id: 'call',
    callerId: 'ann',
    device: device('ann 1'),
    callType: 'video',
    target,
    busyIds: new Set(busyIds),
    request: null,
    now: at(0),
    ringMs: RING_MS,
  });
}

const joined = (record: CallRecord, userId: string, ms = 1000) =>
  join(record, { userId, device: device(`${userId} 1`), now: at(ms) });
const lost = (record: CallRecord, userId: string, ms = 2000) =>
  interrupt(record, { userId, isGone: () => true, graceUntil: at(ms + GRACE_MS) });
const states = ({ seats }: CallRecord) =>
  Object.fromEntries(seats.map(({ userId, state }) => [userId, state]));

/** Nothing that lives on in a call that is over, and nobody busy with it. */
function expectOver(record: CallRecord, state: CallState, endReason: string): void {
  expect(record).toMatchObject({ state, endReason, endedAt: expect.any(Date) as Date });
  expect(isLive(record)).toBe(false);
  expect(busyUserIds(record)).toEqual([]);
  expect(deadlineOf(record)).toBeNull();
  expect(record.seats.filter(({ device: one, graceUntil }) => one ?? graceUntil)).toEqual([]);
  const open: SeatState[] = ['invited', 'ringing', 'joined'];
  expect(record.seats.filter((seat) => open.includes(seat.state))).toEqual([]);
}

function expectRefusal(code: ErrorCode, deed: () => unknown): void {
  expect(deed).toThrow(expect.objectContaining({ code }));
}

describe('a new call', () => {
  it('should seat the caller and ring the others until a moment', () => {
    const record = call();

    expect(states(record)).toEqual({ ann: 'joined', bob: 'ringing' });
    expect(busyUserIds(record)).toEqual(['ann', 'bob']);
    expect(deadlineOf(record)).toEqual(at(RING_MS));
  });

  it('should be over at once where everybody is busy, and owed to the chat', () => {
    const record = call(DIRECT, ['bob']);

    expectOver(record, 'busy', 'busy');
    expect(states(record)).toEqual({ ann: 'left', bob: 'busy' });
    expect(record.isTraced).toBe(false);
  });

  it('should ring the rest where some are busy', () => {
    const record = call(GROUP, ['cleo']);

    expect(record.state).toBe('ringing');
    expect(states(record)).toEqual({ ann: 'joined', bob: 'ringing', cleo: 'busy', dan: 'ringing' });
    expect(busyUserIds(record)).toEqual(['ann', 'bob', 'dan']);
  });

  it('should keep nobody busy from whom it hides, and never be owed to the chat', () => {
    const record = call({ ...DIRECT, rungIds: [], hiddenIds: ['bob'] });

    expect(busyUserIds(record)).toEqual(['ann']);
    expect(deadlineOf(record)).toEqual(at(RING_MS));
    const missed = expire(record, at(RING_MS));
    expectOver(missed, 'missed', 'timeout');
    expect(missed.isTraced).toBeUndefined();
  });

  it('should be open without an end where a large group is only told', () => {
    const record = call({ ...GROUP, rungIds: [], toldIds: ['bob', 'cleo'] });

    expect(record.state).toBe('active');
    expect(record.answeredAt).toBeUndefined();
    expect(deadlineOf(record)).toBeNull();
    expectOver(hangUp(record, { userId: 'ann', now: at(1) }), 'ended', 'hangup');
  });
});

describe('coming in', () => {
  it('should make the call active by the first answer', () => {
    const record = joined(joined(call(GROUP), 'bob', 1000), 'cleo', 2000);

    expect(record).toMatchObject({ state: 'active', answeredAt: at(1000) });
    expect(states(record)).toEqual({ ann: 'joined', bob: 'joined', cleo: 'joined', dan: 'ringing' });
  });

  it('should change nothing twice on the same device, and refuse another', () => {
    const record = joined(call(), 'bob');

    expect(joined(record, 'bob')).toBe(record);
    expectRefusal('CONFLICT', () => join(record, { userId: 'bob', device: device('bob 2'), now: at(2) }));
    expectRefusal('CONFLICT', () => join(call(), { userId: 'ann', device: device('ann 2'), now: at(2) }));
  });

  it('should show the call to whom it was hidden from, once they answer it by calling back', () => {
    const record = joined(call({ ...DIRECT, rungIds: [], hiddenIds: ['bob'] }), 'bob');

    expect(record).toMatchObject({ state: 'active', hiddenFrom: [] });
    expect(hangUp(record, { userId: 'bob', now: at(5) }).isTraced).toBe(false);
  });

  it('should be open to the members of a group alone, and to so many of them', () => {
    let record = call({ ...GROUP, rungIds: ['bob'] });
    expectRefusal('FORBIDDEN', () => joined(call(), 'eve'));
    for (let n = 2; n <= MAX_JOINED; n += 1) record = joined(record, `member ${n}`);

    expect(record.seats.filter(({ state }) => state === 'joined')).toHaveLength(MAX_JOINED);
    expectRefusal('CONFLICT', () => joined(record, 'bob'));
    const free = hangUp(record, { userId: 'member 2', now: at(3) });
    expect(states(joined(free, 'bob')).bob).toBe('joined');
  });

  it.each(['left', 'declined', 'missed', 'busy'] as const)('should take in again who is %s', (state) => {
    const active = joined(call(GROUP), 'bob');
    const seats = active.seats.map((seat): CallSeat =>
      seat.userId === 'cleo' ? { ...seat, state, leftAt: at(2) } : seat,
    );

    const cleo = seatOf(joined({ ...active, seats }, 'cleo', 3000), 'cleo');

    expect(cleo).toEqual({ userId: 'cleo', state: 'joined', joinedAt: at(3000), device: device('cleo 1') });
  });
});

describe('going out', () => {
  it('should reject the call of two', () => {
    const record = decline(call(), { userId: 'bob', now: at(1) });

    expectOver(record, 'rejected', 'rejected');
    expect(states(record)).toEqual({ ann: 'left', bob: 'declined' });
  });

  it("should reject a group's call only when nobody is left to answer", () => {
    let record = decline(call(GROUP, ['dan']), { userId: 'bob', now: at(1) });
    expect(record.state).toBe('ringing');

    record = decline(record, { userId: 'cleo', now: at(2), reason: 'asleep' });

    expectOver(record, 'rejected', 'asleep');
  });

  it('should let who is in not decline, nor who is not called', () => {
    const record = joined(call(GROUP), 'bob');

    expectRefusal('CONFLICT', () => decline(record, { userId: 'bob', now: at(2) }));
    expectRefusal('CONFLICT', () => decline(call(), { userId: 'ann', now: at(2) }));
    expectRefusal('FORBIDDEN', () => decline(record, { userId: 'eve', now: at(2) }));
    const declined = decline(record, { userId: 'cleo', now: at(2) });
    expectRefusal('FORBIDDEN', () => decline(declined, { userId: 'cleo', now: at(3) }));
  });

  it('should cancel what nobody has answered', () => {
    const record = hangUp(call(GROUP), { userId: 'ann', now: at(1) });

    expectOver(record, 'cancelled', 'cancelled');
    expect(states(record)).toEqual({ ann: 'left', bob: 'missed', cleo: 'missed', dan: 'missed' });
  });

  it('should count as declining from who is only rung', () => {
    expectOver(hangUp(call(), { userId: 'bob', now: at(1) }), 'rejected', 'rejected');
  });

  it('should end the call of two for both', () => {
    const record = hangUp(joined(call(), 'bob'), { userId: 'bob', now: at(61_000), reason: 'bye' });

    expectOver(record, 'ended', 'bye');
    expect(record.seats.map(({ leftAt }) => leftAt)).toEqual([at(61_000), at(61_000)]);
  });

  it("should end a group's call with its last, also while it still rings for others", () => {
    let record = joined(call(GROUP), 'bob');
    record = hangUp(record, { userId: 'ann', now: at(2) });
    expect(record.state).toBe('active');

    record = hangUp(record, { userId: 'bob', now: at(3) });

    expectOver(record, 'ended', 'hangup');
    expect(states(record)).toEqual({ ann: 'left', bob: 'left', cleo: 'missed', dan: 'missed' });
  });

  it('should put out of the call who is out of the group', () => {
    const record = joined(call(GROUP), 'bob');

    expect(states(removeMember(record, { userId: 'cleo', now: at(2) })).cleo).toBe('left');
    expect(states(removeMember(record, { userId: 'bob', now: at(2) })).bob).toBe('left');
    expect(removeMember(record, { userId: 'eve', now: at(2) })).toBe(record);
    const lonely = call({ ...GROUP, rungIds: ['bob'] });
    expectOver(removeMember(lonely, { userId: 'bob', now: at(2) }), 'missed', 'removed');
    expectOver(removeMember(lonely, { userId: 'ann', now: at(2) }), 'cancelled', 'removed');
  });
});

describe('losing a device', () => {
  it('should give a grace, once, to the device that is gone', () => {
    const record = joined(call(), 'bob');
    const other = { userId: 'bob', isGone: () => false, graceUntil: at(9) };
    expect(interrupt(record, other)).toBe(record);

    const interrupted = lost(record, 'bob');

    expect(deadlineOf(interrupted)).toEqual(at(2000 + GRACE_MS));
    expect(busyUserIds(interrupted)).toEqual(['ann', 'bob']);
    expect(lost(interrupted, 'bob', 9000)).toBe(interrupted);
    const anew = { userId: 'bob', isGone: () => true, graceUntil: at(60_000), isAnew: true };
    expect(deadlineOf(interrupt(interrupted, anew))).toEqual(at(60_000));
    expect(lost(call(), 'bob')).toEqual(call());
  });

  it('should go on with it or with another', () => {
    const record = lost(joined(call(), 'bob'), 'bob');

    const back = resume(record, { userId: 'bob', device: device('bob 2') });

    expect(seatOf(back, 'bob')).toMatchObject({
      state: 'joined',
      device: device('bob 2'),
      joinedAt: at(1000),
    });
    expect(deadlineOf(back)).toBeNull();
    expect(resume(back, { userId: 'bob', device: device('bob 2') })).toBe(back);
    expect(seatOf(resume(back, { userId: 'bob', device: device('bob 3') }), 'bob')?.device).toEqual(
      device('bob 3'),
    );
  });

  it('should not let in who was not in', () => {
    const record = joined(call(GROUP), 'bob');

    for (const userId of ['cleo', 'eve'])
      expectRefusal('FORBIDDEN', () => resume(record, { userId, device: device('x') }));
  });
});

describe('time', () => {
  it('should change nothing before it has come', () => {
    const ringing = call();
    const interrupted = lost(joined(call(), 'bob'), 'bob');

    expect(expire(ringing, at(RING_MS - 1))).toBe(ringing);
    expect(expire(interrupted, at(2000 + GRACE_MS - 1))).toBe(interrupted);
  });

  it('should make a call missed that nobody answers', () => {
    const record = expire(call(GROUP), at(RING_MS));

    expectOver(record, 'missed', 'timeout');
    expect(states(record)).toEqual({ ann: 'left', bob: 'missed', cleo: 'missed', dan: 'missed' });
  });

  it('should make it missed where the caller is lost before', () => {
    expectOver(expire(lost(call(), 'ann'), at(2000 + GRACE_MS)), 'missed', 'failed');
  });

  it('should give up those of a group who do not answer, and go on', () => {
    const record = expire(joined(call(GROUP), 'bob'), at(RING_MS));

    expect(record.state).toBe('active');
    expect(states(record)).toEqual({ ann: 'joined', bob: 'joined', cleo: 'missed', dan: 'missed' });
    expect(deadlineOf(record)).toBeNull();
  });

  it('should end the call of two where one does not come back', () => {
    expectOver(expire(lost(joined(call(), 'bob'), 'bob'), at(2000 + GRACE_MS)), 'ended', 'failed');
  });

  it('should fail it where nobody does', () => {
    const both = lost(lost(joined(call(), 'bob'), 'bob', 2000), 'ann', 3000);

    expectOver(expire(both, at(2000 + GRACE_MS)), 'failed', 'failed');
    expectOver(expire(both, at(60_000)), 'failed', 'failed');
  });

  it("should take out of a group's call who does not come back, and fail it with the last", () => {
    const two = lost(joined(call(GROUP), 'bob'), 'ann');

    const one = expire(two, at(2000 + GRACE_MS));
    expect(states(one)).toMatchObject({ ann: 'left', bob: 'joined' });
    expect(one.state).toBe('active');

    expectOver(expire(lost(one, 'bob', 30_000), at(30_000 + GRACE_MS)), 'failed', 'failed');
  });
});

describe('a call that is over', () => {
  const OVER = CALL_STATES.filter((state) => !['ringing', 'active'].includes(state));

  it.each(OVER)('should change no more: %s', (state) => {
    for (const seatState of SEAT_STATES) {
      const record: CallRecord = { ...call(GROUP), state, seats: [{ userId: 'bob', state: seatState }] };
      const deeds = [
        () => joined(record, 'bob'),
        () => decline(record, { userId: 'bob', now: at(1) }),
        () => hangUp(record, { userId: 'bob', now: at(1) }),
        () => resume(record, { userId: 'bob', device: device('bob 1') }),
      ];
      for (const deed of deeds) expectRefusal('GONE', deed);
      expect(expire(record, at(1_000_000))).toBe(record);
      expect(lost(record, 'bob')).toBe(record);
      expect(removeMember(record, { userId: 'bob', now: at(1) })).toBe(record);
    }
  });
});

describe('any order of deeds', () => {
  const PEOPLE = ['ann', 'bob', 'cleo', 'dan'];

  it.each([DIRECT, GROUP])('should leave no call stuck and nobody busy for ever', (target) => {
    let random = 42;
    const next = (n: number) => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31) % n;
    for (let round = 0; round < 500; round += 1) {
      let record = call(target);
      let ms = 0;
      for (let step = 0; step < 12 && isLive(record); step += 1) {
        record = attempt(record, PEOPLE[next(PEOPLE.length)] as string, next(6), (ms += next(20_000)));
        expect(joinedCount(record)).toBeGreaterThanOrEqual(fewest(record));
      }
      for (const { userId } of record.seats) record = lost(record, userId, ms);
      for (let deadline = deadlineOf(record); deadline; deadline = deadlineOf(record))
        record = expire(record, deadline);
      expect(isLive(record)).toBe(false);
      expectOver(record, record.state, record.endReason ?? '');
    }
  });

  function attempt(record: CallRecord, userId: string, deed: number, ms: number): CallRecord {
    const now = at(ms);
    try {
      if (deed === 0) return joined(record, userId, ms);
      if (deed === 1) return decline(record, { userId, now });
      if (deed === 2) return hangUp(record, { userId, now });
      if (deed === 3) return lost(record, userId, ms);
      if (deed === 4) return resume(record, { userId, device: device(`${userId} ${ms}`) });
      return expire(record, now);
    } catch (error) {
      if (error instanceof AppError) return record;
      throw error;
    }
  }

  const joinedCount = ({ seats }: CallRecord) => seats.filter(({ state }) => state === 'joined').length;

  /** So many are in a call at least: both of two, of a group somebody, and a caller while it rings. */
  function fewest(record: CallRecord): number {
    if (!isLive(record)) return 0;
    return record.state === 'active' && !record.isGroup ? 2 : 1;
  }
});
