import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ForbiddenError, RateLimitedError, UnauthenticatedError } from '../common/errors/app-error.js';
import { RateLimiter } from '../common/rate-limit/rate-limiter.js';
import { UsersService } from '../users/users.service.js';
import { AuthService } from './auth.service.js';
import { PasswordService } from './password.service.js';
import { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

const USER = {
  id: '665f1f77bcf86cd799439011',
  email: 'ada@example.com',
  phone: null,
  name: 'Ada',
  about: '',
  avatarUrl: null,
  rev: 1,
  lastSeenAt: null,
  createdAt: new Date(),
};
const CALLER = { userId: USER.id, sessionId: '665f1f77bcf86cd799439012', expiresAtMs: 0 };
const LOGIN = { email: USER.email, password: 'correct horse' };

/** Only what a test allows: any other method fails, as it finds no fields of the real class. */
const double = <T extends object>(prototype: T, calls: Partial<T>): T =>
  Object.assign(Object.create(prototype), calls);

function setUp() {
  const users = {
    findByEmailWithHash: vi.fn<UsersService['findByEmailWithHash']>(),
    findPasswordHash: vi.fn<UsersService['findPasswordHash']>().mockResolvedValue('hash'),
    updatePasswordHash: vi.fn<UsersService['updatePasswordHash']>().mockResolvedValue(true),
  };
  const passwords = {
    hash: vi.fn<PasswordService['hash']>().mockResolvedValue('new hash'),
    matches: vi.fn<PasswordService['matches']>(),
  };
  const sessions = {
    open: vi
      .fn<SessionsService['open']>()
      .mockResolvedValue({ sessionId: CALLER.sessionId, refreshToken: 'refresh' }),
    close: vi.fn<SessionsService['close']>().mockResolvedValue(false),
    endOthers: vi.fn<SessionsService['endOthers']>().mockResolvedValue(),
  };
  const tokens = {
    sign: vi.fn<TokenService['sign']>().mockReturnValue({ accessToken: 'access', expiresIn: 900 }),
  };
  const limiter = { consume: vi.fn<RateLimiter['consume']>().mockResolvedValue() };
  const auth = new AuthService(
    double(UsersService.prototype, users),
    double(PasswordService.prototype, passwords),
    double(SessionsService.prototype, sessions),
    double(TokenService.prototype, tokens),
    double(RateLimiter.prototype, limiter),
  );
  return { users, passwords, sessions, limiter, auth };
}

describe('AuthService', () => {
  let { users, passwords, sessions, limiter, auth } = setUp();

  beforeEach(() => ({ users, passwords, sessions, limiter, auth } = setUp()));

  it('should compare a password also where there is no account', async () => {
    users.findByEmailWithHash.mockResolvedValue(null);
    passwords.matches.mockResolvedValue(false);

    await expect(auth.login(LOGIN, '::1')).rejects.toThrow(UnauthenticatedError);

    expect(passwords.matches).toHaveBeenCalledExactlyOnceWith(LOGIN.password, null);
  });

  it('should count logins per address and email, before any work', async () => {
    limiter.consume.mockRejectedValue(new RateLimitedError('auth.login', 1000));

    await expect(auth.login(LOGIN, '::1')).rejects.toThrow(RateLimitedError);

    expect(limiter.consume).toHaveBeenCalledExactlyOnceWith('auth.login', '::1|ada@example.com');
    expect(users.findByEmailWithHash).not.toHaveBeenCalled();
  });

  it('should take back a session that was opened while the password changed', async () => {
    users.findByEmailWithHash.mockResolvedValue({ user: USER, passwordHash: 'hash' });
    passwords.matches.mockResolvedValue(true);
    users.findPasswordHash.mockResolvedValue('another hash');

    await expect(auth.login(LOGIN, '::1')).rejects.toThrow(UnauthenticatedError);

    expect(sessions.close).toHaveBeenCalledWith({ userId: USER.id, sessionId: CALLER.sessionId });
  });

  it('should end the other sessions only after the password has changed', async () => {
    passwords.matches.mockResolvedValue(true);
    const change = { currentPassword: 'old password', newPassword: 'new password' };

    await auth.changePassword(CALLER, change);
    expect(users.updatePasswordHash).toHaveBeenCalledWith(USER.id, { from: 'hash', to: 'new hash' });
    expect(sessions.endOthers).toHaveBeenCalledExactlyOnceWith(CALLER);

    users.updatePasswordHash.mockResolvedValue(false);
    await expect(auth.changePassword(CALLER, change)).rejects.toThrow(ForbiddenError);
    expect(sessions.endOthers).toHaveBeenCalledOnce();
  });
});
