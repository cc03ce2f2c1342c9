import { Injectable } from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';

/** So long before its token ends a socket is told. */
const WARNING_MS = 60_000;

/** Sockets whose tokens end at the same moment: tokens count in seconds, so a timer is shared by all of a second. */
interface Expiry {
  readonly atMs: number;
  readonly sockets: Set<ParleySocket>;
  timer: ClockTimer;
  isWarned: boolean;
}

/** Warns each socket before its token ends and closes it when it does, unless it gets a fresh one. */
@Injectable()
export class TokenExpiry {
  private readonly expiries = new Map<number, Expiry>();
  private readonly watched = new Map<string, Expiry>();

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly clock: Clock,
  ) {}

  /** Also after a renewal: the time begins anew. */
  watch(socket: ParleySocket): void {
    this.forget(socket);
    // Gone while its fresh token was looked at: nothing would ever forget it.
    if (!socket.connected) return;
    const { expiresAtMs } = socket.data.user;
    const expiry = this.expiries.get(expiresAtMs) ?? this.begin(expiresAtMs);
    expiry.sockets.add(socket);
    this.watched.set(socket.id, expiry);
    if (expiry.isWarned) this.warn(socket, expiry);
  }

  forget(socket: ParleySocket): void {
    const expiry = this.watched.get(socket.id);
    if (!expiry) return;
    this.watched.delete(socket.id);
    expiry.sockets.delete(socket);
    if (expiry.sockets.size > 0) return;
    expiry.timer.cancel();
    this.expiries.delete(expiry.atMs);
  }

  private begin(atMs: number): Expiry {
    const rest = () => atMs - this.clock.nowMs();
    const expiry: Expiry = {
      atMs,
      sockets: new Set(),
      isWarned: false,
      timer: this.clock.setTimer(Math.max(rest() - WARNING_MS, 0), () => {
        expiry.isWarned = true;
        expiry.timer = this.clock.setTimer(rest(), () => close(expiry));
        for (const socket of expiry.sockets) this.warn(socket, expiry);
      }),
    };
    this.expiries.set(atMs, expiry);
    return expiry;
  }

  private warn(socket: ParleySocket, { atMs }: Expiry): void {
    this.publisher.toSocket(socket, 'token_expiring', { expiresAt: new Date(atMs).toISOString() });
  }
}

function close({ sockets }: Expiry): void {
  for (const socket of sockets) socket.disconnect(true);
}
