import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';

import type { AuthUser } from '../common/auth-user.js';
import { Clock } from '../common/clock.js';
import { TokenExpiredError, UnauthenticatedError } from '../common/errors/app-error.js';
import { OBJECT_ID } from '../common/validation/fields.js';
import { AppConfig } from '../config/app-config.js';
import { claimsOfOwn } from './own-token.js';

/** Access tokens. Whether their session still lives is another question: `SessionsService.assertLive`. */
@Injectable()
export class TokenService {
  constructor(
    private readonly jwt: JwtService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  sign({ userId, sessionId }: { userId: string; sessionId: string }): {
    accessToken: string;
    expiresIn: number;
  } {
    const expiresIn = this.config.jwtExpiresInSeconds;
    const iat = Math.floor(this.clock.nowMs() / 1000);
    return { accessToken: this.jwt.sign({ userId, sessionId, iat, exp: iat + expiresIn }), expiresIn };
  }

  /** @throws TokenExpiredError or UnauthenticatedError, and nothing else, whatever it is given. */
  verify(token: unknown): AuthUser {
    if (typeof token !== 'string') throw new UnauthenticatedError();
    let claims: unknown;
    try {
      claims = claimsOfOwn(token, this.config.jwtKey) ?? this.jwt.verify<object>(token);
    } catch {
      throw new UnauthenticatedError();
    }
    return this.userOf(claims);
  }

  /** The user that claims with a good signature speak of. Expiry is ours to check: time is the Clock's. */
  userOf(claims: unknown): AuthUser {
    if (!isClaims(claims)) throw new UnauthenticatedError();
    const expiresAtMs = claims.exp * 1000;
    if (expiresAtMs <= this.clock.nowMs()) throw new TokenExpiredError();
    return { userId: claims.userId, sessionId: claims.sessionId, expiresAtMs };
  }
}

interface Claims {
  userId: string;
  sessionId: string;
  exp: number;
}

function isClaims(claims: unknown): claims is Claims {
  if (typeof claims !== 'object' || claims === null) return false;
  const { userId, sessionId, exp } = claims as Partial<Record<keyof Claims, unknown>>;
  return isId(userId) && isId(sessionId) && Number.isSafeInteger(exp);
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && OBJECT_ID.test(value);
}
