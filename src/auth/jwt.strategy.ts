import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { Strategy } from 'passport-jwt';

import type { AuthUser } from '../common/auth-user.js';
import { AppConfig } from '../config/app-config.js';
import { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

/** Tokens that are remembered: some 500 bytes each. */
const MAX_KNOWN = 10_000;

/** What `JwtAuthGuard` asks on REST routes. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  /** What tokens say whose signature was right, by the whole token. */
  private readonly known = new LRUCache<string, object>({ max: MAX_KNOWN });

  constructor(
    config: AppConfig,
    private readonly tokens: TokenService,
    private readonly sessions: SessionsService,
  ) {
    super({
      jwtFromRequest: ({ headers }: Request) => bearerOf(headers.authorization),
      // passport-jwt hands it on unread to jsonwebtoken, which takes KeyObjects: only its types don't know.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      secretOrKey: config.jwtKey as unknown as Buffer,
      algorithms: ['HS256'],
      ignoreExpiration: true, // `userOf` looks at it, by the Clock
      passReqToCallback: true,
    });
  }

  /** Only what is the same for good is not asked again: whether the signature of this very text is right. */
  override authenticate(request: Request, options?: object): void {
    const claims = this.known.get(bearerOf(request.headers.authorization) ?? '');
    if (claims === undefined) return super.authenticate(request, options);
    this.identify(claims).then(
      (user) => this.success(user),
      (error: Error) => this.error(error),
    );
  }

  /** `claims`: of a token with a good signature. */
  validate({ headers }: Request, claims: object): Promise<AuthUser> {
    this.known.set(bearerOf(headers.authorization) ?? '', claims);
    return this.identify(claims);
  }

  private async identify(claims: object): Promise<AuthUser> {
    const user = this.tokens.userOf(claims);
    await this.sessions.assertLive(user);
    return user;
  }
}

/** The whole header, and nothing behind the token: passport-jwt's own reader takes whatever follows it. */
function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null;
}
