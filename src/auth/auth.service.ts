import { Injectable } from '@nestjs/common';

import type { AuthUser } from '../common/auth-user.js';
import { ForbiddenError, UnauthenticatedError } from '../common/errors/app-error.js';
import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import type { UserRecord } from '../users/user.record.js';
import { UsersService } from '../users/users.service.js';
import type { ChangePasswordDto } from './dto/change-password.dto.js';
import type { LoginDto } from './dto/login.dto.js';
import type { RegisterDto } from './dto/register.dto.js';
import { PasswordService } from './password.service.js';
import { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordService,
    private readonly sessions: SessionsService,
    private readonly tokens: TokenService,
    private readonly limiter: RateLimiter,
  ) {}

  async register({ email, password, name, phone }: RegisterDto): Promise<UserRecord> {
    return this.users.create({ email, name, phone, passwordHash: await this.passwords.hash(password) });
  }

  /** An unknown email and a wrong password look alike and take alike long. */
  async login({ email, password, deviceName }: LoginDto, ip: string): Promise<Tokens & { user: UserRecord }> {
    await this.limiter.consume('auth.login', `${ip}|${email}`);
    const account = await this.users.findByEmailWithHash(email);
    const isRight = await this.passwords.matches(password, account?.passwordHash ?? null);
    if (!account || !isRight) throw wrongLogin();
    const { user, passwordHash } = account;
    const { sessionId, refreshToken } = await this.sessions.open(user.id, deviceName ?? null);
    await this.assertStillValid(user.id, { sessionId, passwordHash });
    return { ...this.tokens.sign({ userId: user.id, sessionId }), refreshToken, user };
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const session = await this.sessions.rotate(refreshToken);
    return { ...this.tokens.sign(session), refreshToken: session.refreshToken };
  }

  async logout(user: AuthUser): Promise<void> {
    await this.sessions.close(user);
  }

  /**
   * Ends the user's other sessions. A wrong current password is `FORBIDDEN`, not `UNAUTHENTICATED`:
   * that would send clients off to refresh a token which is perfectly good.
   */
  async changePassword(user: AuthUser, { currentPassword, newPassword }: ChangePasswordDto): Promise<void> {
    const from = await this.users.findPasswordHash(user.userId);
    if (!(await this.passwords.matches(currentPassword, from)) || from === null) throw wrongPassword();
    const to = await this.passwords.hash(newPassword);
    if (!(await this.users.updatePasswordHash(user.userId, { from, to }))) throw wrongPassword();
    await this.sessions.endOthers(user);
  }

  /** A password changed (or an account deleted) during the login has missed the session just opened. */
  private async assertStillValid(
    userId: string,
    opened: { sessionId: string; passwordHash: string },
  ): Promise<void> {
    if ((await this.users.findPasswordHash(userId)) === opened.passwordHash) return;
    await this.sessions.close({ userId, sessionId: opened.sessionId });
    throw wrongLogin();
  }
}

function wrongLogin(): UnauthenticatedError {
  return new UnauthenticatedError('The email or the password is wrong');
}

function wrongPassword(): ForbiddenError {
  return new ForbiddenError('The current password is wrong');
}
