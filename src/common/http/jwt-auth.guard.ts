import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';

import { AppError, TokenExpiredError, UnauthenticatedError } from '../errors/app-error.js';
import { IS_PUBLIC } from './public.decorator.js';

/** Stands before every REST route that is not `@Public()`; sockets are `WsJwtGuard`'s. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    // App-wide guards run for gateways too, where passport has no request to read.
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
    return super.canActivate(context);
  }

  /** `info` is passport-jwt's reason: a missing, malformed, badly signed or expired token. */
  override handleRequest<T>(error: unknown, user: T | false, info: unknown): T {
    if (error instanceof AppError) throw error;
    if (error) throw error;
    if (user) return user;
    throw info instanceof Error && info.name === 'TokenExpiredError'
      ? new TokenExpiredError()
      : new UnauthenticatedError();
  }
}
