import type { NextFunction, Request, Response } from 'express';

import { AppError } from '../errors/app-error.js';

/** A body of another type would silently count as an absent one: refuse it by name instead. */
export function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  if (!hasBody || request.is(['json', '+json', 'multipart/form-data'])) return next();
  next(new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json'));
}
