import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';

import {
  AppError,
  ConflictError,
  ERROR_STATUS,
  type ErrorCode,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  TokenExpiredError,
  UnauthenticatedError,
  UnavailableError,
  ValidationError,
} from '../errors/app-error.js';
import { ErrorBodyView } from '../errors/error-body.view.js';
import { toErrorInfo } from '../errors/error-body.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** Examples come from the errors themselves, so the documents can't say what the server doesn't. */
const EXAMPLES: Record<ErrorCode, unknown> = {
  VALIDATION: ValidationError.of('name', 'maxLength', 'name must be shorter than or equal to 100 characters'),
  UNAUTHENTICATED: new UnauthenticatedError(),
  TOKEN_EXPIRED: new TokenExpiredError(),
  FORBIDDEN: new ForbiddenError(),
  NOT_FOUND: new NotFoundError(),
  CONFLICT: new ConflictError('What you send contradicts what is there already'),
  BUSY: new AppError('BUSY', 'The callee is in another call'),
  GONE: new AppError('GONE', 'This is over'),
  PAYLOAD_TOO_LARGE: new AppError('PAYLOAD_TOO_LARGE', 'The request body is too large'),
  UNSUPPORTED_MEDIA_TYPE: new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json'),
  RATE_LIMITED: new RateLimitedError('read', 1000),
  INTERNAL: new Error('anything unforeseen'),
  UNAVAILABLE: new UnavailableError(),
};

/**
 * Documents the refusals of one route: `@ApiErrors('VALIDATION', 'NOT_FOUND')`. Leave out what
 * `addCommonErrors` gives to every route: 401, RATE_LIMITED and INTERNAL.
 */
export function ApiErrors(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const responses = [...byStatus(codes)].map(([status, ofStatus]) =>
    ApiResponse({ status, ...responseOf(ofStatus) }),
  );
  return applyDecorators(ApiExtraModels(ErrorBodyView), ...responses);
}

/**
 * Adds to each operation of a finished document what any route may answer, and a 401 where a token is
 * needed. A pass over the document, as decorators of a method can't see whether its class is public.
 */
export function addCommonErrors(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of METHODS.flatMap((method) => path[method] ?? [])) {
      const needsToken = (operation.security ?? []).length > 0;
      addTo(operation, [
        ...(needsToken ? (['UNAUTHENTICATED', 'TOKEN_EXPIRED'] as const) : []),
        'RATE_LIMITED',
        'INTERNAL',
      ]);
    }
  }
  return document;
}

function addTo(operation: Operation, codes: ErrorCode[]): void {
  for (const [status, ofStatus] of byStatus(codes)) operation.responses[status] ??= responseOf(ofStatus);
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) groups.set(ERROR_STATUS[code], [...(groups.get(ERROR_STATUS[code]) ?? []), code]);
  return groups;
}

function responseOf(codes: ErrorCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
  return {
    description: codes.join(' or '),
    content: { 'application/json': { schema: { $ref: getSchemaPath(ErrorBodyView) }, examples } },
    ...(codes.includes('RATE_LIMITED') && {
      headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' as const } } },
    }),
  };
}

function exampleOf(code: ErrorCode): ErrorBodyView {
  const { retryAfterMs: _, ...error } = toErrorInfo(EXAMPLES[code]);
  return { statusCode: ERROR_STATUS[code], error };
}
