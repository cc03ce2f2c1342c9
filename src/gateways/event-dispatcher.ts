import { ValidationError } from '../common/errors/app-error.js';
import { type ErrorInfo, toErrorInfo } from '../common/errors/error-body.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { STRING_FORMS } from '../realtime/socket-events.js';
import type { FrameBatcher } from './frame-batcher.js';
import { type EventPacket, internalsOf } from './inbound-socket.js';
import { type AckBody, OpenEvent, type Reply } from './open-event.js';
import type { ReplyDeadline } from './reply-deadline.js';
import { WsExceptionFilter } from './ws-exception.filter.js';

const failures = new WsExceptionFilter();

/** A gateway method behind its guards and pipes; a failure is replied already when it resolves, or it rejects or throws. */
export type EventHandler = (socket: ParleySocket, payload: unknown, reply: Reply) => Promise<unknown>;

/**
 * One table of handlers for all sockets, which takes all their events: finds the handler, wraps what it returns into the
 * ack, and answers what nobody handles. It stands where Nest's adapter would build a chain of observables per socket and
 * event and an interceptor another two (ADR 0004).
 */
export class EventDispatcher {
  private readonly handlers = new Map<string, EventHandler>();
  /** One function for all sockets: `this` is the socket. */
  private readonly received: (this: ParleySocket, packet: EventPacket) => void;

  constructor(
    private readonly deadline: ReplyDeadline,
    private readonly frames: FrameBatcher,
  ) {
    const dispatch = (socket: ParleySocket, packet: EventPacket) => this.dispatch(socket, packet);
    this.received = function received(packet) {
      dispatch(this, packet);
    };
  }

  add(event: string, handler: EventHandler): void {
    this.handlers.set(event, handler);
  }

  /**
   * In place of Socket.IO's own hand-out of events, which looks for middlewares and listeners one turn later: ours has
   * neither (ADR 0004).
   */
  listenTo(socket: ParleySocket): void {
    internalsOf(socket).onevent = this.received;
  }

  private dispatch(socket: ParleySocket, { id, data = [] }: EventPacket): void {
    // Behind the end of its login, or its own leaving: it speaks for nobody any more, and hears no answer.
    if (!socket.connected) return;
    // What is no name (clients may send a number there) has no handler either.
    const name = data[0] as string;
    const event = new OpenEvent(socket, this.frames, name, id);
    const handler = this.handlers.get(name);
    if (!handler)
      return event.answer(failure({ code: 'NOT_FOUND', message: 'No such event: see /docs/events' }));
    if (data.length > 2) {
      const message = 'An event takes one payload and an ack callback';
      return event.answer(failure(toErrorInfo(ValidationError.of('payload', 'single', message))));
    }
    this.deadline.watch(event);
    const fail = (error: unknown) => {
      this.deadline.close(event);
      failures.answer(error, name, event);
    };
    try {
      handler(socket, normalise(name, data[1]), event).then((result) => {
        this.deadline.close(event);
        event.answer({ ok: true, data: result ?? {} });
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
