import { UnavailableError } from '../common/errors/app-error.js';
import { toErrorInfo } from '../common/errors/error-body.js';
import type { Reply } from './event-dispatcher.js';

const DEADLINE_MS = 20_000;
const CHECK_MS = 1000;

/**
 * No event stays without an answer, whatever hangs behind it. One sweep a second over what is open, in
 * the order of arrival, instead of a timer per event.
 */
export class ReplyDeadline {
  private readonly open = new Map<Reply, number>();
  private readonly timer = setInterval(() => this.sweep(), CHECK_MS).unref();

  /** Answers `UNAVAILABLE` if `close` is not called in time. */
  watch(reply: Reply): void {
    this.open.set(reply, performance.now() + DEADLINE_MS);
  }

  close(reply: Reply): void {
    this.open.delete(reply);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const now = performance.now();
    for (const [reply, due] of this.open) {
      if (due > now) return;
      this.open.delete(reply);
      reply({ ok: false, error: toErrorInfo(new UnavailableError()) });
    }
  }
}
