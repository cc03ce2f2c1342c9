import crypto, { createSecretKey, randomBytes } from 'node:crypto';

import { JwtService } from '@nestjs/jwt';
import type { Request } from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { TokenExpiredError, UnauthenticatedError } from '../common/errors/app-error.js';
import type { AppConfig } from '../config/app-config.js';
import { TestClock } from '../../test/support/test-clock.js';
import { accessTokenOptions } from './access-token-options.js';
import { JwtStrategy } from './jwt.strategy.js';
import type { SessionsService } from './sessions.service.js';
import { TokenService } from './token.service.js';

const ANN = { userId: 'a'.repeat(24), sessionId: 'b'.repeat(24) };

interface Outcome {
  user?: object;
  error?: unknown;
  challenge?: unknown;
}

describe('JwtStrategy', () => {
  const clock = new TestClock();
  const assertLive = vi.fn<SessionsService['assertLive']>();
  let tokens: TokenService;
  let strategy: JwtStrategy;

  beforeEach(() => {
    const config = { jwtKey: createSecretKey(randomBytes(32)), jwtExpiresInSeconds: 60 } as AppConfig;
    tokens = new TokenService(new JwtService(accessTokenOptions(config)), config, clock);
    assertLive.mockReset().mockResolvedValue();
    strategy = new JwtStrategy(config, tokens, { assertLive } as unknown as SessionsService);
  });

  afterEach(() => vi.restoreAllMocks());

  /** As Passport does it: an object under the strategy for each request. */
  const ask = (token: string) =>
    new Promise<Outcome>((resolve) => {
      const attempt = Object.create(strategy) as JwtStrategy;
      attempt.success = (user: object) => resolve({ user });
      attempt.error = (error: unknown) => resolve({ error });
      attempt.fail = (challenge: unknown) => resolve({ challenge });
      attempt.authenticate({ headers: { authorization: `Bearer ${token}` } } as Request, {});
    });

  it('should check the signature of a token once, and its login each time', async () => {
    const { accessToken } = tokens.sign(ANN);
    const hmac = vi.spyOn(crypto, 'createHmac');

    for (let n = 0; n < 3; n += 1) expect(await ask(accessToken)).toMatchObject({ user: ANN });

    expect(hmac).toHaveBeenCalledTimes(1);
    expect(assertLive).toHaveBeenCalledTimes(3);
  });

  it('should refuse a token that is known when it has expired', async () => {
    const { accessToken } = tokens.sign(ANN);
    await ask(accessToken);

    clock.advance(61_000);

    expect((await ask(accessToken)).error).toBeInstanceOf(TokenExpiredError);
  });

  it('should refuse a token that is known when its login has ended', async () => {
    const { accessToken } = tokens.sign(ANN);
    await ask(accessToken);

    assertLive.mockRejectedValue(new UnauthenticatedError());

    expect((await ask(accessToken)).error).toBeInstanceOf(UnauthenticatedError);
  });

  it('should refuse what differs from a known token by its signature, and go on refusing it', async () => {
    const { accessToken } = tokens.sign(ANN);
    await ask(accessToken);
    const [header, payload, signature = ''] = accessToken.split('.');
    const first = signature.startsWith('A') ? 'B' : 'A';
    const forged = [header, payload, first + signature.slice(1)].join('.');

    expect((await ask(forged)).challenge).toBeInstanceOf(Error);
    expect((await ask(forged)).challenge).toBeInstanceOf(Error);
    expect((await ask(`${header}.${payload}.`)).challenge).toBeInstanceOf(Error);
    expect((await ask('')).challenge).toBeInstanceOf(Error);
  });
});
