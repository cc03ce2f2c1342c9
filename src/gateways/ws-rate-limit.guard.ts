import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import { CLIENT_EVENT, type ClientEventMetadata } from './client-event.decorator.js';
import { socketOf } from './event-arguments.js';

/** How often a user may send an event, over all their sockets. */
@Injectable()
export class WsRateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { userId } = socketOf(context).data.user;
    const event = this.reflector.get<ClientEventMetadata | undefined>(CLIENT_EVENT, context.getHandler());
    await this.limiter.consume(event?.limit ?? 'events', userId);
    return true;
  }
}
