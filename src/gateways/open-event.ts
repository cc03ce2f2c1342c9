import { PacketType } from 'socket.io-parser';

import type { ErrorInfo } from '../common/errors/error-body.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import type { FrameBatcher } from './frame-batcher.js';
import { internalsOf } from './inbound-socket.js';

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
    /** Of the packet, where the client wants an ack. */
    private readonly id: number | undefined,
  ) {}

  answer(body: AckBody): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    const { id, socket } = this;
    if (id !== undefined) {
      this.frames.answer(
        (given) => internalsOf(socket).packet({ type: PacketType.ACK, id, data: [given] }),
        body,
      );
    } else if (!body.ok) socket.emit('exception', { event: this.name, error: body.error });
  }
}
