import type { NextFunction, Request, Response } from 'express';

import { UnavailableError } from '../errors/app-error.js';
import { statusOf, toErrorInfo } from '../errors/error-body.js';
import { isUpload } from './require-json.middleware.js';

const DEADLINE_MS = 20_000;
/** What an upload may take after its last byte: a video is looked through, a bucket is written to. */
const UPLOAD_DEADLINE_MS = 120_000;

/** No request stays without an answer, whatever hangs behind it; what it began may still happen. */
export function requestDeadline(request: Request, response: Response, next: NextFunction): void {
  // Files come as slowly as the line is; their receiver ends one that brings nothing any more.
  if (isUpload(request)) request.once('end', () => limit(request, response, UPLOAD_DEADLINE_MS));
  else limit(request, response, DEADLINE_MS);
  next();
}

function limit(request: Request, response: Response, ms: number): void {
  const timer = setTimeout(() => {
    if (response.headersSent) return;
    // A body that still trickles in is not worth waiting for.
    if (!request.complete) response.setHeader('Connection', 'close');
    const { retryAfterMs: _, ...error } = toErrorInfo(new UnavailableError());
    const statusCode = statusOf(error);
    response.status(statusCode).setHeader('Retry-After', '1').json({ statusCode, error });
  }, ms).unref();
  response.once('close', () => clearTimeout(timer));
}
