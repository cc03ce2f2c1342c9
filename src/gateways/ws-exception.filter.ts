import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';

import { toErrorInfo } from '../common/errors/error-body.js';
import { eventOf, replyOf } from './event-arguments.js';
import type { Reply } from './open-event.js';

/** Answers a failed event in the one shape of errors; what is unforeseen is logged and says nothing. */
@Catch()
export class WsExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger(WsExceptionFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    this.answer(error, eventOf(host), replyOf(host));
  }

  answer(error: unknown, event: string, reply: Reply): void {
    const info = toErrorInfo(error);
    if (info.code === 'INTERNAL') {
      this.logger.error(`${event} failed`, error instanceof Error ? error.stack : String(error));
    }
    reply.answer({ ok: false, error: info });
  }
}
