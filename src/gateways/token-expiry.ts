import { Injectable } from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';

/** So long before its token ends a socket is told. */
const WARNING_MS = 60_000;

/** Warns each socket before its token ends and closes it when it does, unless it gets a fresh one. */
@Injectable()
export class TokenExpiry {
  private readonly timers = new Map<string, ClockTimer>();

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly clock: Clock,
  ) {}

  /** Also after a renewal: the timers start anew. */
  watch(socket: ParleySocket): void {
    const { expiresAtMs } = socket.data.user;
    const rest = () => expiresAtMs - this.clock.nowMs();
    this.set(socket, Math.max(rest() - WARNING_MS, 0), () => {
      this.publisher.toSocket(socket, 'token_expiring', { expiresAt: new Date(expiresAtMs).toISOString() });
      this.set(socket, rest(), () => socket.disconnect(true));
    });
  }

  forget(socket: ParleySocket): void {
    this.timers.get(socket.id)?.cancel();
    this.timers.delete(socket.id);
  }

  private set(socket: ParleySocket, ms: number, task: () => void): void {
    this.forget(socket);
    this.timers.set(socket.id, this.clock.setTimer(ms, task));
  }
}
