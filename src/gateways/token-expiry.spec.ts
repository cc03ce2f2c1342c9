import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Clock, type ClockTimer } from '../common/clock.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { TokenExpiry } from './token-expiry.js';

const MINUTE = 60_000;

class StepClock extends Clock {
  now_ = 0;
  readonly timers: { at: number; task: () => void }[] = [];

  override nowMs(): number {
    return this.now_;
  }

  override setTimer(ms: number, task: () => void): ClockTimer {
    const timer = { at: this.now_ + ms, task };
    this.timers.push(timer);
    return {
      cancel: () => void this.timers.splice(this.timers.indexOf(timer), this.timers.includes(timer) ? 1 : 0),
    };
  }

  advanceTo(ms: number): void {
    this.now_ = ms;
    for (let due = this.due(); due; due = this.due()) {
      this.timers.splice(this.timers.indexOf(due), 1);
      due.task();
    }
  }

  private due() {
    return this.timers.find(({ at }) => at <= this.now_);
  }
}

describe('TokenExpiry', () => {
  let clock: StepClock;
  let expiry: TokenExpiry;
  let told: unknown[];

  beforeEach(() => {
    clock = new StepClock();
    told = [];
    const publisher = new RealtimePublisher();
    vi.spyOn(publisher, 'toSocket').mockImplementation(
      (_, event, payload) => void told.push([event, payload]),
    );
    expiry = new TokenExpiry(publisher, clock);
  });

  function socketUntil(expiresAtMs: number, id = 'socket') {
    const socket = {
      id,
      connected: true,
      data: { user: { expiresAtMs } },
      disconnect: vi.fn<() => void>(),
    };
    return { socket: socket as unknown as ParleySocket, disconnect: socket.disconnect };
  }
  const warning = (ms: number) => ['token_expiring', { expiresAt: new Date(ms).toISOString() }];

  it('should warn a minute before, and close at the end', () => {
    const { socket, disconnect } = socketUntil(10 * MINUTE);
    expiry.watch(socket);

    clock.advanceTo(9 * MINUTE - 1);
    expect(told).toEqual([]);
    clock.advanceTo(9 * MINUTE);
    expect(told).toEqual([warning(10 * MINUTE)]);
    clock.advanceTo(10 * MINUTE - 1);
    expect(disconnect).not.toHaveBeenCalled();
    clock.advanceTo(10 * MINUTE);
    expect(disconnect).toHaveBeenCalledWith(true);
    expect(clock.timers).toEqual([]);
  });

  it('should warn at once of a token that ends within the minute', () => {
    const { socket, disconnect } = socketUntil(1000);
    expiry.watch(socket);

    clock.advanceTo(0);
    expect(told).toEqual([warning(1000)]);
    clock.advanceTo(1000);
    expect(disconnect).toHaveBeenCalledTimes(1);
  });

  it('should close without a minute of grace where the time jumps', () => {
    const { socket, disconnect } = socketUntil(10 * MINUTE);
    expiry.watch(socket);

    clock.advanceTo(60 * MINUTE);

    expect(disconnect).toHaveBeenCalledTimes(1);
  });

  it('should begin anew after a renewal', () => {
    const { socket, disconnect } = socketUntil(10 * MINUTE);
    expiry.watch(socket);
    clock.advanceTo(9.5 * MINUTE);
    socket.data.user = { ...socket.data.user, expiresAtMs: 20 * MINUTE };
    expiry.watch(socket);

    clock.advanceTo(19 * MINUTE);

    expect(told).toEqual([warning(10 * MINUTE), warning(20 * MINUTE)]);
    expect(disconnect).not.toHaveBeenCalled();
  });

  it('should share a timer among sockets whose tokens end together, and keep others apart', () => {
    const [first, second, later] = [
      socketUntil(10 * MINUTE, 'first'),
      socketUntil(10 * MINUTE, 'second'),
      socketUntil(20 * MINUTE, 'later'),
    ];
    for (const { socket } of [first, second, later]) expiry.watch(socket);
    expect(clock.timers).toHaveLength(2);

    expiry.forget(first.socket);
    clock.advanceTo(10 * MINUTE);

    expect(told).toEqual([warning(10 * MINUTE)]);
    expect([first, second, later].map(({ disconnect }) => disconnect.mock.calls.length)).toEqual([0, 1, 0]);
  });

  it('should warn who comes when others with such a token were warned already', () => {
    expiry.watch(socketUntil(10 * MINUTE, 'first').socket);
    clock.advanceTo(9.5 * MINUTE);
    const { socket, disconnect } = socketUntil(10 * MINUTE, 'second');

    expiry.watch(socket);
    expect(told).toEqual([warning(10 * MINUTE), warning(10 * MINUTE)]);
    clock.advanceTo(10 * MINUTE);
    expect(disconnect).toHaveBeenCalledTimes(1);
  });

  it('should not begin with a socket that left while its fresh token was looked at', () => {
    const { socket } = socketUntil(10 * MINUTE);
    expiry.watch(socket);
    expiry.forget(socket);

    expiry.watch(Object.assign(socket, { connected: false }));

    expect(clock.timers).toEqual([]);
  });

  it('should leave no timer behind a socket that is gone', () => {
    const { socket } = socketUntil(10 * MINUTE);
    expiry.watch(socket);

    expiry.forget(socket);
    expiry.forget(socket);

    expect(clock.timers).toEqual([]);
  });
});
