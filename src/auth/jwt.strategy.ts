import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-jwt';

import type { AuthUser } from '../common/auth-user.js';
import { AppConfig } from '../config/app-config.js';
import { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

/** What `JwtAuthGuard` asks on REST routes. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
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
    });
  }

  async validate(claims: unknown): Promise<AuthUser> {
    const user = this.tokens.userOf(claims);
    await this.sessions.assertLive(user);
    return user;
  }
}

/** The whole header, and nothing behind the token: passport-jwt's own reader takes whatever follows it. */
function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null;
}
