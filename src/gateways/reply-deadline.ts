import { UnavailableError } from '../common/errors/app-error.js';
import { toErrorInfo } from '../common/errors/error-body.js';
import type { OpenEvent } from './open-event.js';

const DEADLINE_MS = 20_000;
const CHECK_MS = 1000;

/**
 * No event stays without an answer, whatever hangs behind it. One sweep a second over what is open, in the order of
 * arrival, instead of a timer per event; a list of links, for thousands come and go in a second.
 */
export class ReplyDeadline {
  private first: OpenEvent | null = null;
  private last: OpenEvent | null = null;
  private readonly timer = setInterval(() => this.sweep(), CHECK_MS).unref();

  /** Answers `UNAVAILABLE` if `close` is not called in time. */
  watch(event: OpenEvent): void {
    event.dueMs = performance.now() + DEADLINE_MS;
    event.before = this.last;
    if (this.last) this.last.behind = event;
    else this.first = event;
    this.last = event;
  }

  /** Once per event watched. */
  close(event: OpenEvent): void {
    const { before, behind } = event;
    if (before) before.behind = behind;
    else if (this.first === event) this.first = behind;
    if (behind) behind.before = before;
    else if (this.last === event) this.last = before;
    event.before = null;
    event.behind = null;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sweep(): void {
    const now = performance.now();
    for (let event = this.first; event && event.dueMs <= now; event = this.first) {
      this.close(event);
      event.answer({ ok: false, error: toErrorInfo(new UnavailableError()) });
    }
  }
}
