import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { Clock, type ClockTimer } from '../common/clock.js';
import { deadlineOf } from './call-seats.js';
import type { CallRecord } from './call.record.js';

/**
 * The next deadline of each live call that this node has touched, to the moment. They are a convenience: the
 * deadline itself is stored with the call, and a sweep finds what no timer is left for.
 */
@Injectable()
export class CallTimers implements OnApplicationShutdown {
  private readonly timers = new Map<string, ClockTimer>();
  private run: (callId: string) => void = () => undefined;
  private isStopped = false;

  constructor(private readonly clock: Clock) {}

  /** Once: what to do with a call whose time has come. */
  onDue(run: (callId: string) => void): void {
    this.run = run;
  }

  /** For the version of the call that was just read or written. */
  arm(call: CallRecord): void {
    this.timers.get(call.id)?.cancel();
    this.timers.delete(call.id);
    const deadline = deadlineOf(call);
    if (!deadline || this.isStopped) return;
    const ms = Math.max(deadline.getTime() - this.clock.nowMs(), 0);
    const timer = this.clock.setTimer(ms, () => {
      this.timers.delete(call.id);
      this.run(call.id);
    });
    this.timers.set(call.id, timer);
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
