import type { ErrorInfo } from '../common/errors/error-body.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import type { FrameBatcher } from './frame-batcher.js';

export type AckBody = { ok: true; data: unknown } | { ok: false; error: ErrorInfo };

/** Answers one event, once: by its ack callback, or a failure without one as `exception`. */
export interface Reply {
  answer(body: AckBody): void;
}

/** An event that a client has sent and that has no answer yet; a link in the list of `ReplyDeadline`. */
export class OpenEvent implements Reply {
  dueMs = 0;
  before: OpenEvent | null = null;
  behind: OpenEvent | null = null;
  private isAnswered = false;

  constructor(
    private readonly socket: ParleySocket,
    private readonly frames: FrameBatcher,
    private readonly name: string,
    private readonly ack: ((body: AckBody) => void) | null,
  ) {}

  answer(body: AckBody): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    if (this.ack) this.frames.answer(this.ack, body);
    else if (!body.ok) this.socket.emit('exception', { event: this.name, error: body.error });
  }
}
