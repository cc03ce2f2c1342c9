import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';

import { statusOf, toErrorInfo } from '../errors/error-body.js';

/** The one shape of a REST error. Unknown errors are logged with their stack and answered `INTERNAL`. */
@Catch()
export class HttpExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger(HttpExceptionFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    // The deadline has answered for a handler that now comes with its own answer.
    if (response.writableEnded && isTooLate(error)) return;
    const { retryAfterMs, ...info } = toErrorInfo(error);
    const statusCode = statusOf(info);
    if (statusCode === 500) {
      const { method, path } = http.getRequest<Request>();
      this.logger.error(`${method} ${path} failed`, error instanceof Error ? error.stack : String(error));
    }
    // A stream that broke half way can't change its status any more: the cut connection tells.
    if (response.writableEnded) return;
    if (response.headersSent) return void response.destroy();
    if (retryAfterMs) response.setHeader('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
    if (statusCode === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(statusCode).json({ statusCode, error: info });
  }
}

function isTooLate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_HTTP_HEADERS_SENT';
}
