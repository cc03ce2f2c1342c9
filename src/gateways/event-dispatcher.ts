import { ValidationError } from '../common/errors/app-error.js';
import { type ErrorInfo, toErrorInfo } from '../common/errors/error-body.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { STRING_FORMS } from '../realtime/socket-events.js';
import type { FrameBatcher } from './frame-batcher.js';
import type { ReplyDeadline } from './reply-deadline.js';

export type AckBody = { ok: true; data: unknown } | { ok: false; error: ErrorInfo };

/** Answers one event, once: by its ack callback, or a failure without one as `exception`. */
export type Reply = (body: AckBody) => void;

/** A gateway method behind its guards, pipes and filter; a failure has been replied when it resolves. */
export type EventHandler = (socket: ParleySocket, payload: unknown, reply: Reply) => Promise<unknown>;

/**
 * One table of handlers for all sockets, and one listener per socket for all events: finds the handler, wraps what it
 * returns into the ack, and answers what nobody handles. It stands where Nest's adapter would build a chain of
 * observables per socket and event and an interceptor another two (ADR 0004).
 */
export class EventDispatcher {
  private readonly handlers = new Map<string, EventHandler>();

  constructor(
    private readonly deadline: ReplyDeadline,
    private readonly frames: FrameBatcher,
  ) {}

  add(event: string, handler: EventHandler): void {
    this.handlers.set(event, handler);
  }

  listenTo(socket: ParleySocket): void {
    socket.onAny((event: string, ...args: unknown[]) => this.dispatch(socket, event, args));
  }

  private dispatch(socket: ParleySocket, event: string, args: unknown[]): void {
    const last = args.at(-1);
    const ack = typeof last === 'function' ? (args.pop() as (body: AckBody) => void) : null;
    const reply = this.replyOnce(socket, event, ack);
    const handler = this.handlers.get(event);
    if (!handler) return reply(failure({ code: 'NOT_FOUND', message: 'No such event: see /docs/events' }));
    if (args.length > 1) {
      const message = 'An event takes one payload and an ack callback';
      return reply(failure(toErrorInfo(ValidationError.of('payload', 'single', message))));
    }
    this.deadline.watch(reply);
    handler(socket, normalise(event, args[0]), reply).then(
      (data) => this.settle(reply, { ok: true, data: data ?? {} }),
      // Filters answer; this is for a filter that itself fails.
      (error: unknown) => this.settle(reply, failure(toErrorInfo(error))),
    );
  }

  private settle(reply: Reply, body: AckBody): void {
    this.deadline.close(reply);
    reply(body);
  }

  private replyOnce(socket: ParleySocket, event: string, ack: ((body: AckBody) => void) | null): Reply {
    let isAnswered = false;
    return (body) => {
      if (isAnswered) return;
      isAnswered = true;
      if (ack) this.frames.answer(ack, body);
      else if (!body.ok) socket.emit('exception', { event, error: body.error });
    };
  }
}

function failure(error: ErrorInfo): AckBody {
  return { ok: false, error };
}

/** Tutorial clients send some events with a plain string. */
function normalise(event: string, payload: unknown): unknown {
  const field = STRING_FORMS[event];
  return field !== undefined && typeof payload === 'string' ? { [field]: payload } : payload;
}
