import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { SessionsService } from '../auth/sessions.service.js';
import { TokenService } from '../auth/token.service.js';
import type { AuthUser } from '../common/auth-user.js';
import { Clock } from '../common/clock.js';
import { ForbiddenError, TokenExpiredError, UnauthenticatedError } from '../common/errors/app-error.js';
import type { ParleySocket } from '../realtime/parley-socket.js';
import { CLIENT_EVENT, type ClientEventMetadata } from './client-event.decorator.js';
import { socketOf } from './event-arguments.js';

/**
 * Who a socket is. Checked at the handshake, before the socket counts as connected, and per event for
 * expiry. A revoked login needs no check per event: its sockets are closed when it ends.
 */
@Injectable()
export class WsJwtGuard implements CanActivate {
  constructor(
    private readonly tokens: TokenService,
    private readonly sessions: SessionsService,
    private readonly reflector: Reflector,
    private readonly clock: Clock,
  ) {}

  /** For the handshake: a token in `auth.token` or the Authorization header, never in the address. */
  async authenticate(socket: ParleySocket): Promise<AuthUser> {
    const user = this.tokens.verify(tokenOf(socket));
    await this.sessions.assertLive(user);
    return user;
  }

  /** A fresh token for a socket that is connected already; it must be the same user's. */
  async renew(socket: ParleySocket, token: string): Promise<AuthUser> {
    const user = this.tokens.verify(token);
    if (user.userId !== socket.data.user.userId) {
      throw new ForbiddenError("This token is another user's: connect a socket of their own");
    }
    await this.sessions.assertLive(user);
    return user;
  }

  canActivate(context: ExecutionContext): boolean {
    const event = this.reflector.get<ClientEventMetadata | undefined>(CLIENT_EVENT, context.getHandler());
    if (!event?.acceptsExpiredToken) this.assertFresh(socketOf(context));
    return true;
  }

  /** That its token still holds. */
  assertFresh(socket: ParleySocket): void {
    if (socket.data.user.expiresAtMs <= this.clock.nowMs()) throw new TokenExpiredError();
  }
}

function tokenOf({ handshake }: ParleySocket): string {
  const given: unknown = handshake.auth.token ?? handshake.headers.authorization;
  if (typeof given !== 'string' || given === '') {
    throw new UnauthenticatedError(
      'A token is required: io(url, { auth: { token } }) with the accessToken of a login',
    );
  }
  return given.replace(/^Bearer /i, '');
}
