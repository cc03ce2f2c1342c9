import { describe, expect, it } from 'vitest';

import {
  CALL_MOVES,
  CALL_STATES,
  IllegalMoveError,
  isLiveState,
  moveCall,
  moveSeat,
  SEAT_MOVES,
  SEAT_STATES,
} from './call-state.js';

/** The tables once more, written the other way round: every pair that is not here must be refused. */
const LEGAL_CALL_MOVES = [
  'ringing > active',
  'ringing > missed',
  'ringing > rejected',
  'ringing > cancelled',
  'active > ended',
  'active > failed',
];
const LEGAL_SEAT_MOVES = [
  'invited > joined',
  'invited > missed',
  'ringing > joined',
  'ringing > left',
  'ringing > declined',
  'ringing > missed',
  'joined > left',
  'left > joined',
  'declined > joined',
  'missed > joined',
  'busy > joined',
];

const all = <S extends string>(states: readonly S[]) =>
  states.flatMap((from) => states.map((to): [S, S] => [from, to]));
const among = (moves: string[], isLegal: boolean) => (move: string[]) =>
  moves.includes(move.join(' > ')) === isLegal;

describe('the states of a call', () => {
  it.each(all(CALL_STATES).filter(among(LEGAL_CALL_MOVES, true)))('should move from %s to %s', (from, to) => {
    expect(moveCall(from, to)).toBe(to);
  });

  it.each(all(CALL_STATES).filter(among(LEGAL_CALL_MOVES, false)))(
    'should not move from %s to %s',
    (from, to) => {
      expect(() => moveCall(from, to)).toThrow(IllegalMoveError);
    },
  );

  it('should be live while they can change, and over for good else', () => {
    expect(CALL_STATES.filter(isLiveState)).toEqual(['ringing', 'active']);
  });

  it('should name every state once', () => {
    expect(Object.keys(CALL_MOVES).toSorted()).toEqual([...CALL_STATES].toSorted());
    expect(Object.keys(SEAT_MOVES).toSorted()).toEqual([...SEAT_STATES].toSorted());
  });
});

describe('the states of somebody in a call', () => {
  it.each(all(SEAT_STATES).filter(among(LEGAL_SEAT_MOVES, true)))('should move from %s to %s', (from, to) => {
    expect(moveSeat(from, to)).toBe(to);
  });

  it.each(all(SEAT_STATES).filter(among(LEGAL_SEAT_MOVES, false)))(
    'should not move from %s to %s',
    (from, to) => {
      expect(() => moveSeat(from, to)).toThrow(IllegalMoveError);
    },
  );
});
