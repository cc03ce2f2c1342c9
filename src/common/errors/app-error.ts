/** Every error code a client can meet, with its HTTP status. Stable: clients switch on these names. */
export const ERROR_STATUS = {
  VALIDATION: 400,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  BUSY: 409,
  GONE: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One broken rule of one field, as `details` of a `VALIDATION` error lists them. */
export interface FieldError {
  field: string;
  rule: string;
  message: string;
}

/** What services throw. The message is shown to clients: it must be safe and say what to do. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: unknown,
    /** Milliseconds after which a retry makes sense (`RATE_LIMITED`, `UNAVAILABLE`). */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

export class ValidationError extends AppError {
  constructor(fields: FieldError[]) {
    super('VALIDATION', fields[0]?.message ?? 'The input is not valid', fields);
  }

  static of(field: string, rule: string, message: string): ValidationError {
    return new ValidationError([{ field, rule, message }]);
  }
}

export class UnauthenticatedError extends AppError {
  constructor(
    message = 'A valid access token is required: log in and send it as "Authorization: Bearer <token>"',
  ) {
    super('UNAUTHENTICATED', message);
  }
}

export class TokenExpiredError extends AppError {
  constructor() {
    super('TOKEN_EXPIRED', 'The access token has expired: call POST /api/auth/refresh for a new one');
  }
}

export class ForbiddenError extends AppError {
  constructor(message = 'You may not do this') {
    super('FORBIDDEN', message);
  }
}

/** Also for what exists but may not be seen: an outsider can't tell the two apart. */
export class NotFoundError extends AppError {
  constructor(what = 'Resource') {
    super('NOT_FOUND', `${what} not found`);
  }
}

export class ConflictError extends AppError {
  constructor(message: string) {
    super('CONFLICT', message);
  }
}

export class RateLimitedError extends AppError {
  constructor(action: string, retryAfterMs: number) {
    super('RATE_LIMITED', `Too many ${action} requests: wait before the next one`, undefined, retryAfterMs);
  }
}

export class UnavailableError extends AppError {
  constructor(message = 'The service is busy or a part of it is down: try again', retryAfterMs = 1000) {
    super('UNAVAILABLE', message, undefined, retryAfterMs);
  }
}
