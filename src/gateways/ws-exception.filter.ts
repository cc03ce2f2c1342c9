import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';

import { toErrorInfo } from '../common/errors/error-body.js';
import type { Reply } from './open-event.js';

/** Answers a failed event in the one shape of errors; what is unforeseen is logged and says nothing. */
@Catch()
export class WsExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger(WsExceptionFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    this.answer(error, host.getArgByIndex<string>(3), host.getArgByIndex<Reply>(2));
  }

  answer(error: unknown, event: string, reply: Reply): void {
    const info = toErrorInfo(error);
    if (info.code === 'INTERNAL') {
      this.logger.error(`${event} failed`, error instanceof Error ? error.stack : String(error));
    }
    reply.answer({ ok: false, error: info });
  }
}
