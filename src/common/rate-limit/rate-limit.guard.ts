import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';

import type { AuthUser } from '../auth-user.js';
import { RateLimiter } from './rate-limiter.js';
import type { RateLimitedAction } from './rate-limits.js';

const RATE_LIMIT = 'rateLimit';
const SKIP = 'skipRateLimit';

/** Names the limit of a REST route; without it a GET counts as `read`, the rest as `write`. */
export const RateLimit = (action: RateLimitedAction) => SetMetadata(RATE_LIMIT, action);

/** For routes that must answer always: health checks. */
export const SkipRateLimit = () => SetMetadata(SKIP, true);

/** Limits REST routes per user, or per address where there is none yet. Sockets: `ClientEvent`. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    if (this.reflector.get<boolean | undefined>(SKIP, context.getClass())) return true;
    const request = context.switchToHttp().getRequest<Request & { user?: AuthUser }>();
    const named = this.reflector.get<RateLimitedAction | undefined>(RATE_LIMIT, context.getHandler());
    const action = named ?? (request.method === 'GET' ? 'read' : 'write');
    await this.limiter.consume(action, request.user?.userId ?? request.ip ?? 'unknown');
    return true;
  }
}
