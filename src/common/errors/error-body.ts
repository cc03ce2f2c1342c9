import { HttpException } from '@nestjs/common';
import { mongo } from 'mongoose';

import { AppError, ERROR_STATUS, type ErrorCode } from './app-error.js';

/** The wire shape of an error, the same in REST bodies, socket acks and `exception` events. */
export interface ErrorInfo {
  code: ErrorCode;
  message: string;
  details?: unknown;
  retryAfterMs?: number;
}

const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'VALIDATION',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** Any thrown value -> what a client is told. The only mapper; what it does not know is `INTERNAL`. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof AppError) {
    const { code, message, details, retryAfterMs } = error;
    return {
      code,
      message,
      ...(details !== undefined && { details }),
      ...(retryAfterMs && { retryAfterMs }),
    };
  }
  const status = httpStatusOf(error);
  const code = status === undefined ? undefined : CODE_OF_STATUS[status];
  if (code) return fromHttp(code, error as Error);
  if (isDatabaseDown(error)) {
    return { code: 'UNAVAILABLE', message: 'The database is not reachable: try again', retryAfterMs: 1000 };
  }
  return { code: 'INTERNAL', message: 'Something went wrong on our side' };
}

export function statusOf(info: ErrorInfo): number {
  return ERROR_STATUS[info.code];
}

/** Nest's exceptions, and the errors of Express' body parser, which carry a `status` too. */
function httpStatusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') return error.status;
  return undefined;
}

function fromHttp(code: ErrorCode, error: Error): ErrorInfo {
  if (code === 'VALIDATION') {
    // The parser's own words would quote the payload.
    const message = 'The request could not be read: its body must be valid JSON and its address well formed';
    return { code, message, details: [{ field: 'body', rule: 'json', message }] };
  }
  if (code === 'NOT_FOUND') return { code, message: 'No such route: see /docs' };
  if (code === 'PAYLOAD_TOO_LARGE') return { code, message: 'The request body is too large' };
  if (code === 'UNSUPPORTED_MEDIA_TYPE')
    return { code, message: 'Send the body as application/json in UTF-8' };
  return { code, message: error.message };
}

/** Not exported as classes by the driver, or Mongoose's own. */
const DATABASE_DOWN = new Set([
  'MongooseServerSelectionError',
  'WaitQueueTimeoutError',
  'MongoWaitQueueTimeoutError',
]);

function isDatabaseDown(error: unknown): boolean {
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof mongo.MongoClientClosedError ||
    (error instanceof Error && DATABASE_DOWN.has(error.name))
  );
}
