import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import type { AuthUser } from '../common/auth-user.js';
import { IS_PUBLIC } from '../common/http/public.decorator.js';
import { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

/** Stands before every REST route that is not `@Public()`; sockets are `WsJwtGuard`'s. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
    private readonly sessions: SessionsService,
  ) {}

  /** App-wide guards run for gateways too, where there is no request to read. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
    return this.authenticate(context.switchToHttp().getRequest<Request & { user?: AuthUser }>());
  }

  private async authenticate(request: Request & { user?: AuthUser }): Promise<true> {
    const user = this.tokens.verify(bearerOf(request.headers.authorization));
    await this.sessions.assertLive(user);
    request.user = user;
    return true;
  }
}

/** The whole header, and nothing behind the token. */
function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null;
}
