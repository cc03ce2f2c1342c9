import type { NextFunction, Request, Response } from 'express';

import { AppError } from '../errors/app-error.js';

/** Where files are sent to. Elsewhere nobody reads a form, and its fields would count as absent. */
const UPLOADS = /^\/api\/(media|users\/me\/avatar)\/?$/;

/** A body of another type would silently count as an absent one: refuse it by name instead. */
export function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  const types = UPLOADS.test(request.path) ? ['json', '+json', 'multipart/form-data'] : ['json', '+json'];
  if (!hasBody || request.is(types)) return next();
  next(new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json'));
}

/** A form on its way to where files are sent to. */
export function isUpload(request: Request): boolean {
  return UPLOADS.test(request.path) && Boolean(request.is('multipart/form-data'));
}
