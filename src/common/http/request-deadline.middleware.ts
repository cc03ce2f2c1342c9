import type { NextFunction, Request, Response } from 'express';

import { UnavailableError } from '../errors/app-error.js';
import { statusOf, toErrorInfo } from '../errors/error-body.js';

const DEADLINE_MS = 20_000;

/** No request stays without an answer, whatever hangs behind it; what it began may still happen. */
export function requestDeadline(_request: Request, response: Response, next: NextFunction): void {
  const timer = setTimeout(() => {
    if (response.headersSent) return;
    const { retryAfterMs: _, ...error } = toErrorInfo(new UnavailableError());
    const statusCode = statusOf(error);
    response.status(statusCode).setHeader('Retry-After', '1').json({ statusCode, error });
  }, DEADLINE_MS).unref();
  response.once('close', () => clearTimeout(timer));
  next();
}
