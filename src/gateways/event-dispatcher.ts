import { ValidationError } from '../common/errors/app-error.js';
import { type ErrorInfo, toErrorInfo } from '../common/errors/error-body.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { STRING_FORMS } from '../realtime/socket-events.js';
import type { FrameBatcher } from './frame-batcher.js';
import { type AckBody, OpenEvent, type Reply } from './open-event.js';
import type { ReplyDeadline } from './reply-deadline.js';
import { WsExceptionFilter } from './ws-exception.filter.js';

const failures = new WsExceptionFilter();

/** A gateway method behind its guards and pipes; a failure is replied already when it resolves, or it rejects or throws. */
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

  private dispatch(socket: ParleySocket, name: string, args: unknown[]): void {
    const last = args.at(-1);
    const ack = typeof last === 'function' ? (args.pop() as (body: AckBody) => void) : null;
    const event = new OpenEvent(socket, this.frames, name, ack);
    const handler = this.handlers.get(name);
    if (!handler)
      return event.answer(failure({ code: 'NOT_FOUND', message: 'No such event: see /docs/events' }));
    if (args.length > 1) {
      const message = 'An event takes one payload and an ack callback';
      return event.answer(failure(toErrorInfo(ValidationError.of('payload', 'single', message))));
    }
    this.deadline.watch(event);
    const fail = (error: unknown) => {
      this.deadline.close(event);
      failures.answer(error, name, event);
    };
    try {
      handler(socket, normalise(name, args[0]), event).then((data) => {
        this.deadline.close(event);
        event.answer({ ok: true, data: data ?? {} });
      }, fail);
    } catch (error) {
      fail(error);
    }
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
