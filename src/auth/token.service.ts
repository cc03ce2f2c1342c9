import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';

import type { AuthUser } from '../common/auth-user.js';
import { Clock } from '../common/clock.js';
import { TokenExpiredError, UnauthenticatedError } from '../common/errors/app-error.js';
import { OBJECT_ID } from '../common/validation/fields.js';
import { AppConfig } from '../config/app-config.js';

/** Access tokens. Whether their session still lives is another question: `SessionsService.assertLive`. */
@Injectable()
export class TokenService {
  /** What tokens with a good signature say, which is the same each time. */
  private readonly read = new LRUCache<string, AuthUser>({ max: 10_000 });

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
    let user = this.read.get(token);
    if (!user) this.read.set(token, (user = userOf(this.claimsOf(token))));
    return this.fresh(user);
  }

  /** The user that claims with a good signature speak of. @throws as `verify`. */
  userOf(claims: unknown): AuthUser {
    return this.fresh(userOf(claims));
  }

  /** Expiry is ours to check: time is the Clock's. */
  private fresh(user: AuthUser): AuthUser {
    if (user.expiresAtMs <= this.clock.nowMs()) throw new TokenExpiredError();
    return user;
  }

  private claimsOf(token: string): unknown {
    try {
      return this.jwt.verify<object>(token);
    } catch {
      throw new UnauthenticatedError();
    }
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

function userOf(claims: unknown): AuthUser {
  if (!isClaims(claims)) throw new UnauthenticatedError();
  return { userId: claims.userId, sessionId: claims.sessionId, expiresAtMs: claims.exp * 1000 };
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && OBJECT_ID.test(value);
}
