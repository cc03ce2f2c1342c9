import {
  BadRequestException,
  ForbiddenException,
  ImATeapotException,
  MethodNotAllowedException,
  NotFoundException,
  PayloadTooLargeException,
} from '@nestjs/common';
import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';

import {
  AppError,
  ConflictError,
  ERROR_STATUS,
  RateLimitedError,
  UnavailableError,
  ValidationError,
} from './app-error.js';
import { statusOf, toErrorInfo } from './error-body.js';

const withStatus = (status: unknown) => Object.assign(new Error('its payload was <secret>'), { status });
const named = (name: string) => Object.assign(new Error('db.internal:27017 <secret>'), { name });

describe('toErrorInfo', () => {
  it('should tell our own errors as they are', () => {
    expect(toErrorInfo(new ConflictError('taken'))).toEqual({ code: 'CONFLICT', message: 'taken' });
    expect(toErrorInfo(ValidationError.of('name', 'isString', 'no'))).toEqual({
      code: 'VALIDATION',
      message: 'no',
      details: [{ field: 'name', rule: 'isString', message: 'no' }],
    });
    expect(toErrorInfo(new RateLimitedError('login', 1500))).toMatchObject({ retryAfterMs: 1500 });
    expect(toErrorInfo(new UnavailableError())).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1000 });
  });

  it.each([
    [new NotFoundException('Cannot GET /<secret>'), 'NOT_FOUND'],
    [new MethodNotAllowedException('<secret>'), 'NOT_FOUND'],
    [new PayloadTooLargeException('<secret>'), 'PAYLOAD_TOO_LARGE'],
    [new BadRequestException('<secret>'), 'VALIDATION'],
    [withStatus(400), 'VALIDATION'],
    [withStatus(413), 'PAYLOAD_TOO_LARGE'],
    [withStatus(415), 'UNSUPPORTED_MEDIA_TYPE'],
    [withStatus('400'), 'INTERNAL'],
    [withStatus(418), 'INTERNAL'],
    [new ImATeapotException('<secret>'), 'INTERNAL'],
    [new mongo.MongoNetworkError('<secret>'), 'UNAVAILABLE'],
    [named('MongooseServerSelectionError'), 'UNAVAILABLE'],
    [named('MongoWaitQueueTimeoutError'), 'UNAVAILABLE'],
    [new mongo.MongoServerError({ message: '<secret>', code: 11000 }), 'INTERNAL'],
    [new TypeError('<secret>'), 'INTERNAL'],
    [{ code: 'FORBIDDEN', message: '<secret>' }, 'INTERNAL'],
    ['<secret>', 'INTERNAL'],
    [null, 'INTERNAL'],
    [undefined, 'INTERNAL'],
  ])('should tell of %o as %s, in words of our own', (error, code) => {
    const info = toErrorInfo(error);

    expect(info.code).toBe(code);
    expect(JSON.stringify(info)).not.toContain('secret');
  });

  it('should keep the words of refusals that Nest makes for us', () => {
    expect(toErrorInfo(new ForbiddenException('not yours'))).toEqual({
      code: 'FORBIDDEN',
      message: 'not yours',
    });
  });

  it('should name the body where it could not be read', () => {
    expect(toErrorInfo(withStatus(400)).details).toEqual([
      { field: 'body', rule: 'json', message: expect.any(String) },
    ]);
  });
});

describe('statusOf', () => {
  it('should know every code', () => {
    for (const [code, status] of Object.entries(ERROR_STATUS)) {
      const info = toErrorInfo(new AppError(code as keyof typeof ERROR_STATUS, 'x'));
      expect(statusOf(info), code).toBe(status);
    }
  });
});
